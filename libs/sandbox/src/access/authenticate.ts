import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '#kernel';
import type { ObjectStore } from '../store/object-store.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';
import { AUTHENTICATED_GROUP, MASTERS_GROUP, serviceAccountUser, type User } from './user.js';

const ADMIN: User = { username: 'kubernetes-admin', groups: [MASTERS_GROUP, AUTHENTICATED_GROUP] };

/** Who the bearer token of an Authorization header stands for, or undefined when it says nothing valid. There are no anonymous users. */
export function authenticate(authorization: string | undefined, adminToken: string, tokens: ServiceAccountTokens, store: ObjectStore): User | undefined {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  if (isSame(token, adminToken)) return ADMIN;
  const claims = tokens.verify(token);
  if (claims === undefined) return undefined;
  const account = store.get('/serviceaccounts', claims.namespace, claims.name);
  return account?.metadata.uid === claims.uid ? serviceAccountUser(claims.namespace, claims.name, claims.uid) : undefined;
}

function isSame(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(left)), Buffer.from(digestOf(right)));
}
