export type {
  ApplyOptions, CallOptions, DeleteOptions, KubeClient, ListOptions, ObjectList, ObjectPage, ReadOptions, ResourceInfo, ServerVersion, WatchEvent, WatchOptions, WriteOptions,
} from './kube-client.js';
export type { FailureCause, FieldConflict, KubeFailure, KubeFailureCode } from './kube-failure.js';
