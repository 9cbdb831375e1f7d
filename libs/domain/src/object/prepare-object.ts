import { err, ok, type Result } from '#kernel';
import { readApplyOptions } from '../apply/apply-options.js';
import { PRUNE_VALUES } from '../prune/removal-policy.js';
import { AUTHOR_ANNOTATIONS, isAuthorAnnotation } from './author-annotations.js';
import { foldStringData } from './secret-data.js';
import { formatObjectRef, objectRefOf, type KubeObject, type ObjectMeta, type ObjectRef } from './kube-object.js';
import { OWNER_ANNOTATION, RESERVED_PREFIX, TARGET_LABEL, targetLabelValue } from './ownership.js';

export type ObjectScope = 'NAMESPACED' | 'CLUSTER';

export interface PrepareContext {
  /** Value of the owner annotation. */
  readonly owner: string;
  /** For namespaced objects without one; empty: none. */
  readonly defaultNamespace: string;
  readonly agentNamespace: string;
  /** By discovery and the definitions of the same render; undefined: the cluster does not know the kind. */
  scopeOf(apiVersion: string, kind: string): ObjectScope | undefined;
  /** Objects outside the agent's namespace that its chart owns. */
  isOfAgentChart(ref: ObjectRef): boolean;
}

export type PrepareFailure =
  | { readonly code: 'INVALID_OBJECT'; readonly object: string; readonly reason: string }
  | { readonly code: 'KIND_NOT_FOUND'; readonly object: string; readonly apiVersion: string }
  | { readonly code: 'RESERVED_NAMESPACE'; readonly object: string }
  | { readonly code: 'OBJECT_TOO_LARGE'; readonly object: string; readonly bytes: number };

/** What etcd takes in one request as it is configured everywhere; the server refuses more only when it writes, and not in a dry run. */
export const MAX_OBJECT_BYTES = 1_572_864;

/**
 * Makes a rendered object (from `readObject`, which leaves out what only the server says) ready to be applied: its namespace, our marks, no status. Refuses what is
 * out of reach of every application, and marks of ours that came from Git: they would give an object a false owner.
 */
export function prepareObject(object: KubeObject, context: PrepareContext): Result<KubeObject, PrepareFailure> {
  const label = formatObjectRef(objectRefOf(object));
  if (object.apiVersion === '' || object.kind === '' || (object.metadata.name ?? '') === '') {
    return err({ code: 'INVALID_OBJECT', object: label, reason: 'apiVersion, kind and metadata.name are needed' });
  }
  const keys = [...Object.keys(object.metadata.annotations ?? {}).filter((key) => !isAuthorAnnotation(key)), ...Object.keys(object.metadata.labels ?? {})];
  const forged = keys.find((key) => key.startsWith(RESERVED_PREFIX));
  if (forged !== undefined) return err({ code: 'INVALID_OBJECT', object: label, reason: `${forged} is set by Capstan alone` });
  const prune = object.metadata.annotations?.[AUTHOR_ANNOTATIONS.prune];
  if (prune !== undefined && !PRUNE_VALUES.includes(prune)) {
    return err({ code: 'INVALID_OBJECT', object: label, reason: `${AUTHOR_ANNOTATIONS.prune} is ${JSON.stringify(prune.slice(0, 40))}; it takes ${PRUNE_VALUES.join(' or ')}` });
  }
  const options = readApplyOptions(object.metadata);
  if (!options.ok) return err({ code: 'INVALID_OBJECT', object: label, reason: options.error });

  const scope = context.scopeOf(object.apiVersion, object.kind);
  if (scope === undefined) return err({ code: 'KIND_NOT_FOUND', object: label, apiVersion: object.apiVersion });
  const namespace = scope === 'CLUSTER' ? undefined : object.metadata.namespace || context.defaultNamespace;
  if (namespace === '') return err({ code: 'INVALID_OBJECT', object: label, reason: 'it has no namespace, and neither has its application' });

  const { status: _status, ...rest } = foldStringData(object);
  const prepared: KubeObject = { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: prepareMeta(object.metadata, namespace, context.owner) };
  const ref = objectRefOf(prepared);
  if (isReserved(ref, context)) return err({ code: 'RESERVED_NAMESPACE', object: formatObjectRef(ref) });
  const bytes = Buffer.byteLength(JSON.stringify(prepared));
  return bytes > MAX_OBJECT_BYTES ? err({ code: 'OBJECT_TOO_LARGE', object: formatObjectRef(ref), bytes }) : ok(prepared);
}

function prepareMeta(meta: ObjectMeta, namespace: string | undefined, owner: string): ObjectMeta {
  const { namespace: _given, ...kept } = meta;
  return {
    ...kept,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...meta.labels, [TARGET_LABEL]: targetLabelValue(owner) },
    annotations: { ...meta.annotations, [OWNER_ANNOTATION]: owner },
  };
}

function isReserved(ref: ObjectRef, context: PrepareContext): boolean {
  const isAgentNamespace = ref.group === '' && ref.kind === 'Namespace' && ref.name === context.agentNamespace;
  return isAgentNamespace || ref.namespace === context.agentNamespace || context.isOfAgentChart(ref);
}
