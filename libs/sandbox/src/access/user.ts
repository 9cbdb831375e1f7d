/** Who asks, as authentication found it. */
export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

export const MASTERS_GROUP = 'system:masters';
export const AUTHENTICATED_GROUP = 'system:authenticated';

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

export function serviceAccountUsername(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The ServiceAccount behind a user name, or undefined when it is none. */
export function serviceAccountOf(username: string): { readonly namespace: string; readonly name: string } | undefined {
  const match = SERVICE_ACCOUNT.exec(username);
  return match === null ? undefined : { namespace: match[1] ?? '', name: match[2] ?? '' };
}

export function serviceAccountUser(namespace: string, name: string, uid?: string): User {
  return {
    username: serviceAccountUsername(namespace, name),
    ...(uid === undefined ? {} : { uid }),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED_GROUP],
  };
}
