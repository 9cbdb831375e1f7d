import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `capstan` as a user would, with the environment given and nothing else. */
export function capstanCommand(root: string, env: Readonly<Record<string, string>>, args: readonly string[], stdin = ''): Promise<CommandOutcome> {
  return outcomeOf(process.execPath, [join(root, 'dist/apps/cli/src/main.js'), ...args], env, stdin);
}

/** The same on a terminal of 100 columns and 30 rows; what was drawn on it, errors included, is `stdout`. */
export function capstanOnTerminal(root: string, env: Readonly<Record<string, string>>, args: readonly string[]): Promise<CommandOutcome> {
  const command = ['stty cols 100 rows 30; exec', process.execPath, join(root, 'dist/apps/cli/src/main.js'), ...args].join(' ');
  return outcomeOf('script', ['--quiet', '--return', '--command', command, '/dev/null'], { PATH: process.env['PATH'] ?? '', TERM: 'xterm', ...env }, '');
}

async function outcomeOf(program: string, args: readonly string[], env: Readonly<Record<string, string>>, stdin: string): Promise<CommandOutcome> {
  const child = spawn(program, [...args], { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], timeout: 150_000 });
  child.stdin.on('error', () => undefined); // it may end without reading
  child.stdin.end(stdin);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { exitCode, stdout, stderr };
}
