import type { Permission, PrincipalId } from '#domain';

/** Who asks, as the guard found out from the token. Made per request; never stored. */
export interface Viewer {
  readonly principalId: PrincipalId;
  readonly name: string;
  readonly kind: 'USER' | 'SERVICE';
  readonly tokenId: string;
  /** E-mail addresses of the person, as the token carries them; none: not known. */
  readonly emails?: readonly string[];
  readonly permissions: ReadonlySet<Permission>;
  /** Id of the request or subscription, in logs, audit rows and errors. */
  readonly requestId: string;
  /** Where the request came from: `http:<address>` or `ws:<address>`. */
  readonly origin: string;
}

export function viewerCan(viewer: Viewer, permission: Permission): boolean {
  return viewer.permissions.has(permission);
}
