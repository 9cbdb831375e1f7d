import type { BaseSource, HelmSpec, KubeObject, Patch, ReasonCode, Renderer as RendererKind, ReservedForAgent, SourceTree } from '#domain';
import type { Digest, JsonObject, Result } from '#kernel';

/** The cluster as a chart sees it. */
export interface ClusterCapabilities {
  readonly kubeVersion: string;
  /** `apps/v1`, `apps/v1/Deployment` and so on: all that is served. */
  readonly apiVersions: readonly string[];
}

/** What a chart is rendered with, besides its values. */
export interface HelmRequest extends HelmSpec {
  /** Asked for charts alone. A failure is said as CLUSTER_UNAVAILABLE: what could not be read is not absent. */
  readonly capabilities: (signal: AbortSignal) => Promise<Result<ClusterCapabilities, { readonly message: string }>>;
}

/** What to render, from one commit. */
export interface RenderRequest {
  /** Directory in the tree; '' is the root. */
  readonly path: string;
  /** AUTO: KUSTOMIZE where the directory has a kustomization, else HELM where it has a Chart.yaml, else PLAIN. */
  readonly renderer: RendererKind;
  /** Where objects without a namespace will go. It is not written into them here: that needs to know their scope. */
  readonly namespace: string;
  /** Of a chart: its values. */
  readonly parameters: JsonObject;
  readonly helm: HelmRequest;
  /** Put parameters into `${name}`. */
  readonly substitute: boolean;
  /** Put on what was rendered, in this order. @default none */
  readonly patches?: readonly Patch[] | undefined;
  /** Further sources, whose trees stand under `$name` in this one: kustomizations may name bases in them by URL. @default none */
  readonly sources?: readonly BaseSource[] | undefined;
  readonly reserved: ReservedForAgent;
}

export interface Rendered {
  /** In the order in which the files, or kustomize or helm, name them. Never empty. */
  readonly objects: readonly KubeObject[];
  /** Where each object comes from, at the same index; for a chart its template, without a line of its own; undefined for what kustomize put together. */
  readonly sources: readonly (SourceLocation | undefined)[];
  /** Over all objects, whatever their order. */
  readonly digest: Digest;
  readonly renderer: Exclude<RendererKind, 'AUTO'>;
}

export interface SourceLocation {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export const RENDER_FAILURE_CODES = [
  'REPOSITORY_UNREACHABLE', 'PATH_NOT_FOUND', 'PATH_REFUSED', 'KUSTOMIZE_FAILED', 'HELM_FAILED', 'DEPENDENCY_NOT_VENDORED', 'LOCK_OUT_OF_DATE', 'HOOK_REFUSED', 'CLUSTER_UNAVAILABLE', 'REMOTE_REFERENCE_REFUSED', 'INVALID_YAML', 'DUPLICATE_KEY', 'INVALID_OBJECT',
  'DUPLICATE_OBJECT', 'NO_OBJECTS', 'PATCH_FAILED', 'RESERVED_NAMESPACE', 'RENDER_LIMIT_EXCEEDED', 'RENDER_TIMED_OUT', 'RENDERER_UNAVAILABLE', 'PARAMETER_MISSING', 'PARAMETER_INVALID',
] as const satisfies readonly ReasonCode[];

export type RenderFailureCode = (typeof RENDER_FAILURE_CODES)[number];

export interface RenderFailure {
  readonly code: RenderFailureCode;
  /** For people: names files, lines, keys and objects; no values and no paths of this machine. */
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** The same commit may render later. False: only another commit, other parameters or another installation helps. */
  readonly retryable: boolean;
}

export interface RenderLimits {
  /** Of all source files of one render, and of what comes out. */
  readonly maxBytes: number;
  readonly maxObjects: number;
  /** Members, items and texts of all objects: what they take in memory, which their bytes do not tell. */
  readonly maxValues: number;
  /** Source files of one render. */
  readonly maxFiles: number;
  /** CPU time of each process: the one that renders, and kustomize or helm. */
  readonly cpuSeconds: number;
  /** Of each process. */
  readonly memoryBytes: number;
  /** Wall time of a render, without what the agent takes to read from Git or from the cluster for it. */
  readonly timeoutMs: number;
}

export const RENDER_LIMITS: RenderLimits = Object.freeze({
  maxBytes: 32 * 1024 * 1024,
  maxObjects: 10_000,
  maxValues: 1_500_000,
  maxFiles: 10_000,
  cpuSeconds: 10,
  memoryBytes: 512 * 1024 * 1024,
  timeoutMs: 15_000,
});

/**
 * Turns a directory of a commit into Kubernetes objects. The same tree and request give the same objects, except where a chart rolls dice;
 * nothing outside the tree is read. Every failure is a value, an empty result is one of them; an abort throws the signal's reason.
 */
export interface Renderer {
  render(tree: SourceTree, request: RenderRequest, signal: AbortSignal): Promise<Result<Rendered, RenderFailure>>;
}
