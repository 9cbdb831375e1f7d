import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `capstan` as a user would, with the environment given and nothing else. */
export async function capstanCommand(root: string, env: Readonly<Record<string, string>>, args: readonly string[], stdin = ''): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [join(root, 'dist/apps/cli/src/main.js'), ...args], { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], timeout: 150_000 });
  child.stdin.on('error', () => undefined); // it may end without reading
  child.stdin.end(stdin);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { exitCode, stdout, stderr };
}
