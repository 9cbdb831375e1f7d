import type { JsonObject } from '#kernel';
import type { IgnoreRule } from '../drift/ignore-rule.js';
import type { HealthRule } from '../health/health-rule.js';
import type { RolloutStrategy } from '../rollout/strategy/rollout-strategy.js';
import type { Selector } from '../selector/selector.js';
import type { FurtherSource } from './further-source.js';
import type { PatchSpec } from './patch-spec.js';
import type { PromotionSpec } from './promotion-spec.js';

export type Renderer = 'AUTO' | 'PLAIN' | 'KUSTOMIZE' | 'HELM';
export type DriftPolicy = 'HEAL' | 'REPORT';

/** What a chart is rendered with, besides the parameters. */
export interface HelmSpec {
  /** Relative to the application's path, inside the repository, or `$name/path` in a further source; later ones win over earlier ones, parameters over all. */
  readonly valuesFiles: readonly string[];
  /** `.Release.Name`; empty: the name of the application. */
  readonly releaseName: string;
  /** true: hooks of install and upgrade are left out. false: a chart that has one is refused. */
  readonly skipHooks: boolean;
}

export interface SourceSpec {
  /** Name of a repository of the same project. */
  readonly repository: string;
  /** Of Git: branch, tag or full ref; a branch goes before a tag of the same name. Of others the text of `formatArchiveRef`. */
  readonly ref: string;
  /** Of a registry or chart repository; absent: none, then `path` leads into the repository or artifact. */
  readonly chart?: string;
  /** Version or range as it was written; absent: a ref was named. */
  readonly version?: string;
  /** Directory inside the repository or artifact; '' is the root. */
  readonly path: string;
  readonly renderer: Renderer;
  /** For HELM alone; absent: every default. */
  readonly helm?: HelmSpec;
  /** Further paths whose change makes a release. */
  readonly watch: readonly string[];
}

export interface SyncPolicy {
  /** false: a release is made, its rollout waits for `syncApplication`. */
  readonly automated: boolean;
  /** false: what is no longer declared stays tracked and is listed as prunable. */
  readonly prune: boolean;
  readonly drift: DriftPolicy;
  /** What is not drift; absent: nothing. */
  readonly ignore?: readonly IgnoreRule[];
}

/** What to run and where: the content of an ApplicationRevision. Defaults are filled in; it is stored complete. */
export interface ApplicationSpec {
  readonly source: SourceSpec;
  /** From which values files come besides; absent: none. */
  readonly sources?: readonly FurtherSource[];
  /** YAML values: those of a chart, or what `substitute` puts in; texts may hold templates such as `{{ cluster.labels.size }}`. */
  readonly parameters: JsonObject;
  /** Put parameters into `${name}` of plain YAML and Kustomize output. */
  readonly substitute: boolean;
  readonly selector: Selector;
  /** Put on what was rendered; absent: none. */
  readonly patches?: readonly PatchSpec[];
  /** Applications of the same project that must be healthy on a cluster before this one is applied there; absent: none. */
  readonly dependsOn?: readonly string[];
  /** From where commits of the hub bring its content; absent: from nowhere. */
  readonly promoteFrom?: PromotionSpec;
  /** Health of kinds, before the built-in rules; absent: none. */
  readonly health?: readonly HealthRule[];
  /** Default namespace for objects without one; created if missing, never pruned. Empty: none. */
  readonly namespace: string;
  readonly sync: SyncPolicy;
  /** How a release moves over its targets. */
  readonly strategy: RolloutStrategy;
}
