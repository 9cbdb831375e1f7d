import type { Digest, JsonObject } from '#kernel';
import type { DriftPolicy, HelmSpec, Renderer } from '../application/application-spec.js';
import type { Patch } from '../application/patch-spec.js';
import type { IgnoreRule } from '../drift/ignore-rule.js';
import type { RepositoryType } from '../source/repository-type.js';
import type { HealthRule } from '../health/health-rule.js';
import type { ApplicationId, ClusterId, HubId, ProjectId, ReleaseId, RepositoryId, TargetId } from '../ids.js';

/** The version of an order, compared in this order. `epoch` rises when an older database is restored; `generation` is one counter per cluster. */
export interface OrderVersion {
  readonly epoch: bigint;
  readonly generation: bigint;
}

/** What every signed order says of itself. */
export interface OrderHeader extends OrderVersion {
  readonly hub: HubId;
  /** The one cluster that may accept it. */
  readonly audience: ClusterId;
  readonly target: TargetId;
  readonly project: { readonly id: ProjectId; readonly name: string };
  readonly application: { readonly id: ApplicationId; readonly name: string };
  readonly issuedAt: Date;
  /** Limits acceptance only: what was accepted heals for ever. */
  readonly expiresAt: Date;
  /** Features that the order needs and this build does not know: it must not be followed here; absent: none. */
  readonly unknownFeatures?: readonly string[];
  /** W3C trace context of the work that led to it, for logs and spans alone: it is no part of what is ordered, nor of the digest; absent: none. */
  readonly traceparent?: string;
}

/** An archive of a registry or chart repository, as an order names it. */
export interface OrderedArchive {
  readonly type: Exclude<RepositoryType, 'GIT'>;
  /** http or https. */
  readonly location: string;
  /** A chart lies in a directory of the archive that has its name. */
  readonly isChart: boolean;
}

export interface OrderedRepository {
  readonly id: RepositoryId;
  readonly url: string;
  readonly credentialDigest: Digest | undefined;
}

/** A further source, pinned. */
export interface OrderedFurtherSource {
  readonly name: string;
  readonly repository: OrderedRepository;
  readonly commit: string;
  readonly ref: string;
  readonly archive?: OrderedArchive;
  /** From which its files are named. */
  readonly path: string;
}

/** The order to run a release. */
export interface AssignmentOrder extends OrderHeader {
  readonly kind: 'ASSIGNMENT';
  readonly release: {
    readonly id: ReleaseId;
    readonly commit: string;
    readonly ref: string;
    readonly sourceDigest: Digest;
    readonly repository: OrderedRepository;
    /** Where the archive lies whose digest is the commit; absent: the commit is one of Git. */
    readonly archive?: OrderedArchive;
    readonly path: string;
    readonly renderer: Renderer;
    readonly helm?: HelmSpec;
    readonly namespace: string;
    readonly substitute: boolean;
    /** From which values files and bases come besides; absent: none. */
    readonly sources?: readonly OrderedFurtherSource[];
  };
  /** Final values: the hub resolved every template. */
  readonly parameters: JsonObject;
  readonly parametersDigest: Digest;
  /** Patches for this cluster, with templates resolved; absent: none. */
  readonly patches?: readonly Patch[];
  /** Applications of the same project that must be healthy on this cluster before the release is applied; absent: none. */
  readonly dependsOn?: readonly string[];
  /** Rules of the application, then of its project: the first for a kind stands; absent: none. */
  readonly health?: readonly HealthRule[];
  readonly sync: { readonly prune: boolean; readonly drift: DriftPolicy; readonly ignore?: readonly IgnoreRule[] };
  /** Digests of prune plans that a person approved. */
  readonly approvedPrunes: readonly Digest[];
}

/** DELETE: the agent deletes what the target owns. ORPHAN: it lets go and everything stays. */
export type RemovalMode = 'DELETE' | 'ORPHAN';

/** The order to remove a target. */
export interface TombstoneOrder extends OrderHeader {
  readonly kind: 'TOMBSTONE';
  readonly mode: RemovalMode;
  /** Applications of the same project that it needed: where they go too, they go after it; absent: none. */
  readonly dependsOn?: readonly string[];
  /** Digest of the removal plan of guarded kinds that a person approved, if one did. */
  readonly approvedRemovals: readonly Digest[];
}

export type Order = AssignmentOrder | TombstoneOrder;
