/** What a registry asks for before it answers. */
export type Challenge =
  | { readonly kind: 'BASIC' }
  | { readonly kind: 'BEARER'; readonly realm: string; readonly service: string | undefined; readonly scope: string | undefined };

const PARAMETER = /([a-z_]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;
/** Docker Hub has its tokens made by another host of its own. */
const KNOWN_REALMS: Readonly<Record<string, string>> = { 'registry-1.docker.io': 'auth.docker.io', 'index.docker.io': 'auth.docker.io', 'docker.io': 'auth.docker.io' };

/** Reads a `WWW-Authenticate` header; undefined for a scheme that is not spoken here. Pure. */
export function readChallenge(header: string | undefined): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (/^basic$/i.test(scheme)) return { kind: 'BASIC' };
  if (!/^bearer$/i.test(scheme)) return undefined;
  const parameters = new Map([...rest.matchAll(PARAMETER)].map(([, name = '', quoted, plain]) => [name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '']));
  const realm = parameters.get('realm');
  return realm === undefined ? undefined : { kind: 'BEARER', realm, service: parameters.get('service'), scope: parameters.get('scope') };
}

/**
 * Whether the place where tokens are made may see the credentials of a registry: the registry itself, a host that its own name lies below
 * (`gitlab.example.com` for `registry.gitlab.example.com`), or the one of Docker Hub; never by a weaker scheme. Anywhere else tokens are asked for
 * without credentials: a registry could name any host. Pure.
 */
export function mayMakeTokens(registry: URL, realm: URL): boolean {
  if (registry.origin === realm.origin) return true;
  if (realm.protocol !== 'https:' || registry.protocol !== 'https:' || realm.port !== '') return false;
  if (KNOWN_REALMS[registry.hostname] === realm.hostname) return true;
  return realm.hostname.split('.').length >= 2 && registry.hostname === `${registry.hostname.split('.')[0] ?? ''}.${realm.hostname}`;
}
