export { gitFailure, reasonOfGitFailure, type GitFailure, type GitFailureCode } from './git-failure.js';
export type { GitObjects } from './git-objects.js';
export { isSshCredentials, type GitCapabilities, type GitCredentials, type GitPort, type GitRemote, type PasswordCredentials, type ResolvedRef, type SshCredentials } from './git-port.js';
export { IsomorphicGit, type IsomorphicGitOptions } from './isomorphic-git/isomorphic-git.js';
export type { CommitMeta } from './parse-commit-object.js';
export { checkKnownHosts } from './ssh/known-hosts.js';
export { parseSshKey, type SshKeyRefused } from './ssh/ssh-key.js';
export { selectGit, type SelectGitOptions } from './select-git.js';
export { SystemGit, type SystemGitOptions } from './system-git/system-git.js';
