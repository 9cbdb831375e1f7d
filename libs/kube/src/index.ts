export { anonymousCredentials, certificateCredentials, tokenCredentials, tokenFileCredentials } from './credentials.js';
export { createKubeClient } from './http-kube-client.js';
export type {
  ApplyOptions, CallOptions, DeleteOptions, KubeClient, ListOptions, LogOptions, ObjectList, ObjectPage, ReadOptions, ResourceInfo, ServerVersion, WatchEvent, WatchOptions, WriteOptions,
} from './kube-client.js';
export type { ClientCertificate, CredentialsNow, KubeConnection, KubeCredentials } from './kube-connection.js';
export type { KubeConfigFailure } from './kube-config-failure.js';
export type { FailureCause, FieldConflict, KubeFailure, KubeFailureCode } from './kube-failure.js';
export type { BusyServer, KubeClientDeps } from './kube-transport.js';
export { loadKubeConfig, type KubeConfigSource } from './load-kube-config.js';
