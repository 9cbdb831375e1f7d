import type { GitAccess, GitServer } from '#testing';

/** What becomes of a Git server that was good, to those who come with credentials. */
export interface Ending {
  readonly name: string;
  /** What its repositories say then; undefined where they stay in order. */
  readonly reason: RegExp | undefined;
  readonly turn: (git: GitServer, repositories: readonly string[], elsewhere: GitServer) => Promise<void>;
}

const MANY = 3_000;

export const ENDINGS: readonly Ending[] = [
  { name: 'good', reason: undefined, turn: () => Promise.resolve() },
  {
    name: 'wrong-password',
    reason: /^AUTHENTICATION_FAILED$/,
    turn: async (git, repositories) => {
      for (const repository of repositories) await git.createRepository(repository, { credentials: { username: 'somebody', password: 'something else' } });
    },
  },
  { name: 'redirecting', reason: /^(EGRESS_REFUSED|REPOSITORY_UNREACHABLE)$/, turn: async (git, _, elsewhere) => git.fail(MANY, { status: 302, headers: { location: `${elsewhere.url('elsewhere')}/info/refs?service=git-upload-pack` } }) },
  {
    name: 'broken',
    reason: /^(REPOSITORY_UNREACHABLE|AUTHENTICATION_FAILED)$/,
    turn: async (git) => {
      const plain = { 'content-type': 'text/plain; charset=utf-8' };
      for (let i = 0; i < MANY; i++) {
        git.fail(1, { status: 500, headers: plain, body: toldBack });
        git.fail(1, 'truncate');
        git.fail(1, { status: 403, headers: plain, body: toldBack });
        git.fail(1, { status: 200, headers: { 'content-type': 'application/x-git-upload-pack-advertisement' }, body: (access) => pktLine(`ERR ${toldBack(access)}`) });
        git.fail(1, { status: 429, headers: { ...plain, 'retry-after': '1' }, body: toldBack });
      }
    },
  },
];

/** A server that repeats what it was told, as debugging proxies do. */
function toldBack({ authorization = 'Basic' }: GitAccess): string {
  const pair = Buffer.from(authorization.slice('Basic '.length), 'base64').toString();
  const [username = '', password = ''] = pair.split(':');
  return `remote says: Authorization: ${authorization} ${pair} http://${encodeURIComponent(username)}:${encodeURIComponent(password)}@localhost/`;
}

function pktLine(text: string): string {
  return `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, '0')}${text}`;
}
