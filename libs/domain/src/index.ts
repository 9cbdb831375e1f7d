export type { ApplicationSpec, DriftPolicy, Renderer, RolloutStrategyKind, SourceSpec, SyncPolicy } from './application/application-spec.js';
export { formatGlobalId, GLOBAL_ID_TYPES, parseAnyGlobalId, parseGlobalId, type GlobalIdType } from './global-id.js';
export {
  applicationId, applicationRevisionId, clusterId, hubId, joinTokenId, principalId, projectId, releaseId, repositoryId, rolloutId, targetId, tombstoneId,
  type ApplicationId, type ApplicationRevisionId, type ClusterId, type HubId, type JoinTokenId, type PrincipalId, type ProjectId, type ReleaseId, type RepositoryId,
  type RolloutId, type TargetId, type TombstoneId,
} from './ids.js';
export { formatTargetName, parseName, parseTargetName, type InvalidName, type TargetName } from './names.js';
export { formatObjectRef, objectKey, objectRefOf, parseApiVersion, type KubeObject, type ObjectMeta, type ObjectRef } from './object/kube-object.js';
export { DEFAULT_AGENT_NAMESPACE, FIELD_MANAGER, OWNER_ANNOTATION, ownerAnnotation, PROTECT_ANNOTATION, TARGET_LABEL, targetLabelValue } from './object/ownership.js';
export type { Selector, SelectorExpression, SelectorOperator } from './selector/selector.js';
export { judgeRefName } from './source/judge-ref-name.js';
export { duplicatesAfterFold, foldTreeEntryName, judgeTreeEntryName, judgeTreePath, MAX_PATH_BYTES } from './source/judge-tree-entry.js';
export { parseTreeObject, type MalformedTree } from './source/parse-tree-object.js';
export { parseRepositoryUrl, type RefusedRepositoryUrl, type RepositoryUrl } from './source/repository-url.js';
export { MAX_SYMLINK_HOPS, resolveSymlink } from './source/resolve-symlink.js';
export type { SourceReadFailure, SourceTree, TreeEntry, TreeEntryMode } from './source/source-tree.js';
export type { AssignmentOrder, Order, OrderHeader, OrderVersion, TombstoneOrder } from './target/assignment.js';
export { isReasonCode, REASON_ADVICE, REASON_CODES, type ReasonCode } from './target/reason-code.js';
export type { DriftedObject, ObjectHealth, TargetReport } from './target/target-report.js';
export { HEALTH_STATES, SYNC_STATES, type HealthState, type SyncState } from './target/target-state.js';
