export { gitFailure, reasonOfGitFailure, type GitFailure, type GitFailureCode } from './git-failure.js';
export type { GitObjects } from './git-objects.js';
export type { GitCapabilities, GitCredentials, GitPort, GitRemote, ResolvedRef } from './git-port.js';
export type { CommitMeta } from './parse-commit-object.js';
