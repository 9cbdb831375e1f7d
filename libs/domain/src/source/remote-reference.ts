/** A base as a kustomization names it by URL. */
export interface RemoteReference {
  /** `https://host`, `http://host:port` or `ssh://user@host`. */
  readonly origin: string;
  /** Repository and directory in it, as written: `/org/repo.git//bases/web`. */
  readonly path: string;
  /** `?ref=`; undefined: none is given. */
  readonly ref: string | undefined;
}

/** In whatever spelling: a URL parser would resolve it before anybody looks. */
const CLIMBS = /(^|[/:])(\.|%2e){1,2}([/?]|$)/i;
const SCP_LIKE = /^([a-z0-9_][a-z0-9._-]*@[^/@:\s]+):(?!\/\/)\/?(.+)$/i;
const SSH = /^ssh:\/\/([a-z0-9_][a-z0-9._-]*@)([^/@:\s]+)(?::(\d{1,5}))?(\/.*)$/i;

/**
 * Reads what kustomize would fetch with Git, in the spellings that it knows; undefined for everything else, for a URL that holds a user and a password, and for one that climbs. That it reads
 * says nothing of whether it may be followed. Pure.
 */
export function parseRemoteReference(text: string): RemoteReference | undefined {
  if (/[\s\p{Cc}\\#]/u.test(text) || CLIMBS.test(text)) return undefined;
  const [address = '', query = ''] = text.replace(/^git::/i, '').split(/\?(.*)/s);
  const params = new URLSearchParams(query);
  const place = readAddress(address.replace(/^github\.com[/:]/i, 'https://github.com/').replace(/\/+$/, ''));
  return place && { ...place, ref: params.get('ref') ?? params.get('version') ?? undefined };
}

function readAddress(address: string): Omit<RemoteReference, 'ref'> | undefined {
  const scp = SCP_LIKE.exec(address);
  const ssh = SSH.exec(scp === null ? address : `ssh://${scp[1] ?? ''}/${scp[2] ?? ''}`);
  if (ssh !== null) {
    const [, user = '', host = '', port = '22', path = ''] = ssh;
    return { origin: `ssh://${user}${host.toLowerCase()}${Number(port) === 22 ? '' : `:${Number(port)}`}`, path };
  }
  const url = /^https?:\/\//i.test(address) ? URL.parse(address) : null;
  return url === null || url.username !== '' || url.password !== '' ? undefined : { origin: url.origin, path: url.pathname };
}
