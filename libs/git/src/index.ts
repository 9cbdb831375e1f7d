export { gitFailure, reasonOfGitFailure, type GitFailure, type GitFailureCode } from './git-failure.js';
export type { GitObjects } from './git-objects.js';
export type { GitCapabilities, GitCredentials, GitPort, GitRemote, ResolvedRef } from './git-port.js';
export { IsomorphicGit, type IsomorphicGitOptions } from './isomorphic-git/isomorphic-git.js';
export type { CommitMeta } from './parse-commit-object.js';
export { selectGit, type SelectGitOptions } from './select-git.js';
export { SystemGit, type SystemGitOptions } from './system-git/system-git.js';
