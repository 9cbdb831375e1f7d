import { runProcess } from '#runtime';

/**
 * Runs git for a test's own side of the story: no configuration of the machine, fixed identity.
 * @throws Error with git's words when it fails.
 */
export async function gitForTests(args: readonly string[], options: { readonly stdin?: Uint8Array | string; readonly env?: Readonly<Record<string, string>> } = {}): Promise<string> {
  const result = await runProcess({
    file: 'git',
    args,
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*',
      GIT_AUTHOR_NAME: 'Ada Author', GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_COMMITTER_NAME: 'Ada Author', GIT_COMMITTER_EMAIL: 'ada@example.com',
      ...options.env,
    },
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    timeoutMs: 60_000,
    maxOutputBytes: 64 * 1024 * 1024,
  });
  if (result.ok) return result.value.stdout.toString('utf8');
  throw new Error(`git ${args[0] ?? ''}: ${result.error.code === 'PROCESS_EXITED' ? result.error.stderr : result.error.code}`);
}
