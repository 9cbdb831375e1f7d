import type { Result } from '#kernel';
import type { KubeObject } from '#domain';
import type { KubeFailure } from './kube-failure.js';

/** What the API serves of one kind, as discovery tells it. `group` is empty for the core group. */
export interface ResourceInfo {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** From the moment at which it is sent to the last byte of the answer. @default 15000; lists 60000 per page; writes, and reads of custom resources, 40000, since the server waits for webhooks */
  readonly deadlineMs?: number | undefined;
  /** It is sent at once and only once, however busy the server is and whoever waits for his turn. @default false */
  readonly isUrgent?: boolean | undefined;
}

export interface ReadOptions extends CallOptions {
  /** Only metadata, with apiVersion and kind of the resource. @default false */
  readonly metadataOnly?: boolean | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Everything but the writing: admission, defaulting, conflicts. @default false */
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly subresource?: 'status' | 'scale' | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields from other managers. @default false */
  readonly force?: boolean | undefined;
}

export interface DeleteOptions extends CallOptions {
  /** Only the object with this uid: another one of the same name gives CONFLICT. Required, so that nothing is ever deleted by name alone. */
  readonly uid: string;
  readonly resourceVersion?: string | undefined;
  /** @default 'Background' */
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface ListOptions extends ReadOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Objects per request. @default 500 */
  readonly pageSize?: number | undefined;
  /** Pages of about so many bytes instead: few objects at first, then by the size of those that came. One with eight times as many is TOO_LARGE. */
  readonly pageBytes?: number | undefined;
  /** More objects than this fail with TOO_LARGE. @default 50000 */
  readonly maxItems?: number | undefined;
}

export interface ObjectList {
  readonly items: readonly KubeObject[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

export interface ObjectPage extends ObjectList {
  readonly isLast: boolean;
}

export interface WatchOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  /** From `ObjectList.resourceVersion` or the last event. Absent: everything that is there comes as ADDED first. */
  readonly resourceVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The server ends the watch after about this time, so that watches spread over API servers. @default 300000 to 600000, by chance */
  readonly lifetimeMs?: number | undefined;
  /** Silence (not even a bookmark) after which the connection counts as cut. @default 150000 */
  readonly idleMs?: number | undefined;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject; readonly resourceVersion: string }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  /** Always the last one. No failure: the server closed in good order, go on from the last resourceVersion. EXPIRED: list again. */
  | { readonly type: 'ENDED'; readonly failure: KubeFailure | undefined };

export interface LogOptions extends CallOptions {
  /** Absent: the only one. */
  readonly container?: string | undefined;
  /** Of the run before the current one. @default false */
  readonly previous?: boolean | undefined;
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  /** Goes on until the container ends. The deadline is for the first byte. @default false */
  readonly follow?: boolean | undefined;
}

export interface ServerVersion {
  readonly gitVersion: string;
  readonly major: string;
  readonly minor: string;
}

type Answer<T> = Promise<Result<T, KubeFailure>>;

/**
 * One Kubernetes API over raw JSON: what is sent and received keeps every field, known or not. Every call is bounded in time and size,
 * sends once (only a GET on a connection that turns out closed is sent again), and gives a failure rather than half an answer.
 * How many calls run at once is the caller's affair. Safe for concurrent use.
 */
export interface KubeClient {
  readonly server: string;
  /** The same connection and discovery, acting as `user` (`system:serviceaccount:<namespace>:<name>`) by impersonation headers. */
  impersonate(user: string, groups?: readonly string[]): KubeClient;
  /** The resource behind a kind; without `version` the server's preferred one. KIND_NOT_FOUND only from a complete answer of the server. */
  resolve(group: string, kind: string, version?: string, options?: CallOptions): Answer<ResourceInfo>;
  /** Forgets what discovery said (of one group), say after a CRD has become established. */
  invalidateDiscovery(group?: string): void;
  /** `namespace` is ignored for cluster scope. */
  get(resource: ResourceInfo, namespace: string, name: string, options?: ReadOptions): Answer<KubeObject>;
  /** Everything, or a failure: never a part. */
  list(resource: ResourceInfo, options?: ListOptions): Answer<ObjectList>;
  /** The same, page by page. The last item is a failure or the page with `isLast`; without either the list is not complete. */
  pages(resource: ResourceInfo, options?: ListOptions): AsyncIterable<Result<ObjectPage, KubeFailure>>;
  /** Server-side apply; resolves apiVersion and kind by discovery. Returns the object as it is (or with dryRun would be) stored. */
  apply(object: KubeObject, options: ApplyOptions): Answer<KubeObject>;
  create(object: KubeObject, options?: WriteOptions): Answer<KubeObject>;
  /** Replaces the whole object; with `metadata.resourceVersion` it is a compare-and-swap that fails with CONFLICT. */
  replace(object: KubeObject, options?: WriteOptions): Answer<KubeObject>;
  /** JSON merge patch (RFC 7386). */
  mergePatch(resource: ResourceInfo, namespace: string, name: string, patch: object, options?: WriteOptions): Answer<KubeObject>;
  /** Resolves once the server has accepted it; finalizers may keep the object for a while. */
  delete(resource: ResourceInfo, namespace: string, name: string, options: DeleteOptions): Answer<void>;
  /** Ends with exactly one ENDED and never throws. Leaving the loop closes the connection. */
  watch(resource: ResourceInfo, options?: WatchOptions): AsyncIterable<WatchEvent>;
  /** The log of a container as it comes; a failure is the last item. The rate is the reader's: what is not read waits in the cluster. Leaving the loop closes the connection. */
  logs(namespace: string, pod: string, options?: LogOptions): Answer<AsyncIterable<Result<string, KubeFailure>>>;
  serverVersion(options?: CallOptions): Answer<ServerVersion>;
  /** Everything served, as charts ask for it: `apps/v1` and `apps/v1/Deployment`, sorted. All of it or a failure, also where one aggregated API does not answer. */
  apiVersions(options?: CallOptions): Answer<readonly string[]>;
  /** Closes all connections: calls that are open fail, watches end. The client stays usable. */
  close(): void;
}
