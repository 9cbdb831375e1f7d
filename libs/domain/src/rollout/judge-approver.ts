import { emailOf, type CommitPeople } from '../release/commit-people.js';

/** Why somebody may not approve where authors may not. */
export type ApproverRefused =
  /** Nothing is known of the approver by which authors could be told. */
  | { readonly code: 'APPROVER_EMAIL_UNKNOWN' }
  /** Not all who wrote it are known. */
  | { readonly code: 'AUTHORS_UNKNOWN' }
  | { readonly code: 'APPROVER_IS_AUTHOR'; readonly email: string; readonly commit: string };

/**
 * Whether somebody may approve what these people wrote, where authors may not. Pure. What is not known is never taken for "somebody else".
 * @param emails of the approver
 */
export function judgeApprover(emails: readonly string[], authors: CommitPeople): ApproverRefused | undefined {
  const own = new Set(emails.map(emailOf));
  own.delete('');
  if (own.size === 0) return { code: 'APPROVER_EMAIL_UNKNOWN' };
  const wrote = authors.people.find(({ email }) => own.has(email));
  if (wrote !== undefined) return { code: 'APPROVER_IS_AUTHOR', ...wrote };
  return authors.isComplete ? undefined : { code: 'AUTHORS_UNKNOWN' };
}
