import { silentLog } from '#kernel';
import { runProcess } from '#runtime';
import type { GitPort } from './git-port.js';
import { IsomorphicGit, type IsomorphicGitOptions } from './isomorphic-git/isomorphic-git.js';
import { SystemGit, type SystemGitOptions } from './system-git/system-git.js';

export type SelectGitOptions = SystemGitOptions & IsomorphicGitOptions & {
  /** Unset: `system` where git 2.30 or later is found, else `isomorphic`. */
  readonly preferred?: 'system' | 'isomorphic' | undefined;
};

/** Configuration by environment (GIT_CONFIG_COUNT), which carries credentials, came with 2.31. */
const OLDEST: readonly [number, number] = [2, 31];

/**
 * The adapter for this machine.
 * @throws Error when `system` is demanded and there is no git that is new enough: a wish is not quietly replaced.
 */
export async function selectGit(options: SelectGitOptions): Promise<GitPort> {
  if (options.preferred === 'isomorphic') return new IsomorphicGit(options);
  const version = await systemGitVersion(options.gitBinary ?? 'git', options.path ?? '/usr/local/bin:/usr/bin:/bin');
  if (version !== undefined && isNewEnough(version)) return new SystemGit(options);
  const found = version === undefined ? 'no git' : `git ${version.join('.')}`;
  if (options.preferred === 'system') throw new Error(`git ${OLDEST.join('.')} or later is needed, found ${found}`);
  (options.log ?? silentLog).warn('no system git that is new enough; using the one in JavaScript, which is for smaller repositories', { found });
  return new IsomorphicGit(options);
}

/** Major and minor version of the git binary, or undefined when there is none. */
export async function systemGitVersion(gitBinary: string, path: string): Promise<readonly [number, number] | undefined> {
  const run = await runProcess({ file: gitBinary, args: ['--version'], env: { PATH: path, LC_ALL: 'C' }, timeoutMs: 10_000, maxOutputBytes: 4096 });
  const match = run.ok ? /^git version (\d+)\.(\d+)/.exec(run.value.stdout.toString('utf8')) : null;
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function isNewEnough([major, minor]: readonly [number, number]): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
