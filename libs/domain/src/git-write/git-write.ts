/** Why the hub writes a commit. */
export const GIT_WRITE_KINDS = ['REVERT', 'PROMOTION'] as const;
export type GitWriteKind = (typeof GIT_WRITE_KINDS)[number];

/** How it comes to the branch: on top of it, or on a branch of its own for a pull request. */
export const GIT_WRITE_FORMS = ['COMMIT', 'BRANCH'] as const;
export type GitWriteForm = (typeof GIT_WRITE_FORMS)[number];

export const GIT_WRITE_STATES = ['PENDING', 'DONE', 'FAILED'] as const;
export type GitWriteState = (typeof GIT_WRITE_STATES)[number];

/** What kept a commit from being written. */
export const GIT_WRITE_REASONS = [
  'REPOSITORY_UNREACHABLE', 'REPOSITORY_NOT_FOUND', 'REPOSITORY_RATE_LIMITED', 'AUTHENTICATION_FAILED', 'HOST_KEY_UNKNOWN', 'EGRESS_REFUSED', 'COMMIT_UNREACHABLE', 'CONTENT_MISMATCH',
  'WRITE_CREDENTIALS_MISSING', 'PUSH_REFUSED', 'BRANCH_MISSING', 'BRANCH_TAKEN', 'BRANCH_BUSY', 'PATH_UNWRITABLE', 'PATH_NOT_FOUND', 'WHOLE_REPOSITORY', 'CONTENT_DIFFERS', 'SUPERSEDED', 'INTERNAL_ERROR',
] as const;
export type GitWriteReason = (typeof GIT_WRITE_REASONS)[number];

/** What to do about each. */
export const GIT_WRITE_ADVICE: Readonly<Record<GitWriteReason, string>> = {
  REPOSITORY_UNREACHABLE: 'Nothing: it is tried again. See whether the Git server is up if it stays so.',
  REPOSITORY_NOT_FOUND: 'Check the URL of the repository, and whether the write credentials may see it; then retry.',
  REPOSITORY_RATE_LIMITED: 'Nothing: it is tried again when the Git server allows it.',
  AUTHENTICATION_FAILED: 'Give the repository write credentials that may push (writeCredentials or writeSsh); then retry.',
  HOST_KEY_UNKNOWN: 'Find out why the server shows another key, then update writeSsh.knownHosts and retry.',
  EGRESS_REFUSED: 'Use a URL that the hub may go to, or allow the host with CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS; then retry.',
  COMMIT_UNREACHABLE: 'The Git server no longer has the commit of that release: change the branch by hand.',
  CONTENT_MISMATCH: 'Nothing: it is tried again with a fresh copy.',
  WRITE_CREDENTIALS_MISSING: 'Give the repository write credentials again (writeCredentials or writeSsh); then retry.',
  PUSH_REFUSED: 'Let the account of the write credentials push to the branch, or ask for a branch and open a pull request; then retry.',
  BRANCH_MISSING: 'Create the branch again, or give the application another ref.',
  BRANCH_TAKEN: 'Delete the branch of that name; then retry.',
  BRANCH_BUSY: 'Nothing: it is tried again when fewer people push at once.',
  PATH_UNWRITABLE: 'The path leads through something that is no directory on the branch: change it by hand.',
  PATH_NOT_FOUND: 'The commit of the release does not hold the path: change the branch by hand.',
  WHOLE_REPOSITORY: 'The files of the application cannot be told from those of others: change the branch by hand, or make its sources readable without running anything.',
  CONTENT_DIFFERS: 'The branch would not hold what the release was made from: change it by hand.',
  SUPERSEDED: 'Nothing: a later request took its place.',
  INTERNAL_ERROR: 'Nothing: it is tried again. The log of the hub names it.',
};

export function isGitWriteReason(text: string): text is GitWriteReason {
  return GIT_WRITE_REASONS.some((reason) => reason === text);
}
