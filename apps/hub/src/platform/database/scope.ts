import type { ProjectId } from '#domain';
import type { Viewer } from '../access/viewer.js';

/** On whose behalf a transaction runs. Every access to a tenant table names one. */
export type Scope = ViewerScope | SystemScope;

export interface ViewerScope {
  readonly kind: 'viewer';
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly projectId?: ProjectId;
}

export interface SystemScope {
  readonly kind: 'system';
  /** Name of the controller, as it shall appear in audit rows: `planner`, `repository-watcher`. */
  readonly controller: string;
  readonly projectId?: ProjectId;
  /** Where the act came from when it was not the hub's own, for audit rows: `grpc:<address>`. */
  readonly origin?: string;
}

export function viewerScope(viewer: Viewer, projectId?: ProjectId): ViewerScope {
  return { kind: 'viewer', viewer, requestId: viewer.requestId, ...(projectId === undefined ? {} : { projectId }) };
}

export function systemScope(controller: string, projectId?: ProjectId): SystemScope {
  return { kind: 'system', controller, ...(projectId === undefined ? {} : { projectId }) };
}
