export { ArchiveRepositories, type ArchiveAnswer, type ArchiveRepositoriesSettings } from './archive-repositories.js';
export { archiveReach, type ResolveHost } from './archive-reach.js';
export type { Egress } from './archive-http.js';
export type { ArchivePoint, ArchiveRemote } from './archive-remote.js';
export { ArchiveStore, type ArchiveStoreSettings, type WantedArchive } from './archive-store.js';
export { UnpackRoom, type ArchiveRefused } from './read-archive.js';
export { unpackArchive } from './unpack-archive.js';
