import { silentLog } from '#kernel';
import { runProcess } from '#runtime';
import type { GitPort } from './git-port.js';
import type { IsomorphicGitOptions } from './isomorphic-git/isomorphic-git.js';
import { SystemGit, type SystemGitOptions } from './system-git/system-git.js';

export type SelectGitOptions = SystemGitOptions & IsomorphicGitOptions & {
  /** Unset: `system` where a git that is new enough is found, else `isomorphic`. */
  readonly preferred?: 'system' | 'isomorphic' | undefined;
  /** Whether `GitRemote.addresses` must hold, which needs git 2.37. @default false */
  readonly needsAddresses?: boolean;
};

/** The global configuration by environment (GIT_CONFIG_GLOBAL), which leads to credentials, came with 2.32. */
const OLDEST: readonly [number, number] = [2, 32];
/** http.curloptResolve came with 2.37; an older git would quietly ask DNS again. */
const OLDEST_WITH_ADDRESSES: readonly [number, number] = [2, 37];

/**
 * The adapter for this machine.
 * @throws Error when `system` is demanded and there is no git that is new enough: a wish is not quietly replaced.
 */
export async function selectGit(options: SelectGitOptions): Promise<GitPort> {
  if (options.preferred === 'isomorphic') return isomorphicGit(options);
  const version = await systemGitVersion(options.gitBinary ?? 'git', options.path ?? '/usr/local/bin:/usr/bin:/bin');
  const oldest = options.needsAddresses === true ? OLDEST_WITH_ADDRESSES : OLDEST;
  if (version !== undefined && isNewEnough(version, oldest)) return new SystemGit(options);
  const found = version === undefined ? 'no git' : `git ${version.join('.')}`;
  if (options.preferred === 'system') throw new Error(`git ${oldest.join('.')} or later is needed, found ${found}`);
  (options.log ?? silentLog).warn('no system git that is new enough; using the one in JavaScript, which is for smaller repositories', { found });
  return isomorphicGit(options);
}

/** Loaded only where it is used: in memory it costs an agent more than everything else of this library together. */
async function isomorphicGit(options: IsomorphicGitOptions): Promise<GitPort> {
  const { IsomorphicGit } = await import('./isomorphic-git/isomorphic-git.js');
  return new IsomorphicGit(options);
}

/** Major and minor version of the git binary, or undefined when there is none. */
export async function systemGitVersion(gitBinary: string, path: string): Promise<readonly [number, number] | undefined> {
  const run = await runProcess({ file: gitBinary, args: ['--version'], env: { PATH: path, LC_ALL: 'C' }, timeoutMs: 10_000, maxOutputBytes: 4096 });
  const match = run.ok ? /^git version (\d+)\.(\d+)/.exec(run.value.stdout.toString('utf8')) : null;
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function isNewEnough([major, minor]: readonly [number, number], oldest: readonly [number, number]): boolean {
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
