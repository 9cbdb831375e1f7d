import { err, ok, type Result } from '#kernel';
import { badRequest, forbidden, type ApiFailure } from '../http/api-failure.js';
import type { ObjectStore } from '../store/object-store.js';
import { isAllowed, type Action } from './authorize.js';
import { AUTHENTICATED_GROUP, serviceAccountOf, serviceAccountUser, type User } from './user.js';

/** The impersonation headers of a request. */
export interface Impersonation {
  readonly username: string | undefined;
  readonly groups: readonly string[];
  /** Impersonate-Uid or Impersonate-Extra-* were sent. */
  readonly hasMore: boolean;
}

/**
 * The user on whose behalf the request acts, or undefined when no impersonation was asked for. Every part that is
 * impersonated needs the right to: the ServiceAccount or user, and each group that was named.
 */
export function impersonate(store: ObjectStore, user: User, asked: Impersonation): Result<User | undefined, ApiFailure> {
  if (asked.username === undefined) {
    return asked.groups.length > 0 || asked.hasMore ? err(badRequest('requested impersonation of groups, uid or extra without impersonating a user')) : ok(undefined);
  }
  if (asked.hasMore) return err({ code: 501, reason: 'NotImplemented', message: 'the sandbox does not implement Impersonate-Uid and Impersonate-Extra headers' });
  const account = serviceAccountOf(asked.username);
  const wanted: readonly Action[] = [
    account === undefined ? impersonation('users', '', asked.username) : impersonation('serviceaccounts', account.namespace, account.name),
    ...asked.groups.map((group) => impersonation('groups', '', group)),
  ];
  for (const action of wanted) if (!isAllowed(store, user, action)) return err(forbidden(refusal(user, action), { name: action.name, kind: action.resource }));
  if (asked.groups.length > 0) return ok({ username: asked.username, groups: [...new Set([...asked.groups, AUTHENTICATED_GROUP])] });
  return ok(account === undefined ? { username: asked.username, groups: [AUTHENTICATED_GROUP] } : serviceAccountUser(account.namespace, account.name));
}

function impersonation(resource: string, namespace: string, name: string): Action {
  return { verb: 'impersonate', group: '', resource, namespace, name };
}

/** The message of a 403, in kube-apiserver's words. */
export function refusal(user: User, action: Action): string {
  const [resource = ''] = action.resource.split('/');
  const about = `${action.group === '' ? resource : `${resource}.${action.group}`}${action.name === '' ? '' : ` ${JSON.stringify(action.name)}`}`;
  const scope = action.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(action.namespace)}`;
  return `${about} is forbidden: User ${JSON.stringify(user.username)} cannot ${action.verb} resource ${JSON.stringify(action.resource)} in API group ${JSON.stringify(action.group)} ${scope}`;
}
