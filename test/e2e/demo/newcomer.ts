import { GuardedProcess } from '#testing';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../stage/stage.js';
import { toolPath } from '../stage/tool-path.js';
import type { DocBlock } from './doc-blocks.js';

const run = promisify(execFile);
const BLOCK_MS = 150_000;

export interface NewcomerRequest {
  /** Home and working directory; their checkout is ours. */
  readonly directory: string;
  readonly kubeconfig: string;
  /** Of the hub: ports and whatever this machine needs. */
  readonly hubEnv: Readonly<Record<string, string>>;
  /** What a person would put in place of the example's own words. */
  readonly adapt: (text: string) => string;
}

/** Somebody who types what a page says, block by block, into terminals of bash. */
export class Newcomer {
  readonly #terminals: GuardedProcess[] = [];
  /** What later blocks build on: variables and aliases. */
  #profile = 'shopt -s expand_aliases\n';

  private constructor(
    private readonly request: NewcomerRequest,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async arrive(request: NewcomerRequest): Promise<Newcomer> {
    const { directory, kubeconfig, hubEnv } = request;
    await mkdir(join(directory, '.kube'), { recursive: true });
    await mkdir(join(directory, 'bin'), { recursive: true });
    await writeFile(join(directory, '.kube/config'), kubeconfig, { mode: 0o600 });
    // npm runs the same script, in the directory of the checkout
    await writeFile(join(directory, 'bin/npm'), `#!/bin/sh\n[ "$1" = run ] && shift\n[ "$1" = --silent ] && shift\nname=$1; shift; [ "$1" = -- ] && shift\nexec "${process.execPath}" "${join(ROOT, 'scripts/run.mjs')}" "$name" "$@"\n`, { mode: 0o755 });
    return new Newcomer(request, { HOME: directory, PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`, CAPSTAN_KUSTOMIZE: await toolPath('kustomize'), ...hubEnv });
  }

  /** In a terminal of its own, until `leave`. */
  startTerminal({ text, where }: DocBlock): GuardedProcess {
    const { directory, adapt } = this.request;
    const terminal = new GuardedProcess({ name: where, file: '/bin/bash', args: ['-c', `${this.#profile}${adapt(text)}`], cwd: directory, logPath: join(directory, `terminal-${this.#terminals.length}.log`), env: this.env });
    this.#terminals.push(terminal);
    return terminal;
  }

  /** What the block writes to its standard output. @throws at its first command that fails, with all that was said */
  async type({ text, where }: DocBlock): Promise<string> {
    const block = this.request.adapt(text);
    try {
      const { stdout } = await run('/bin/bash', ['-c', `set -e\n${this.#profile}${block}`], { cwd: this.request.directory, env: this.env, timeout: BLOCK_MS });
      this.#profile += `${block.split('\n').filter((line) => /^(export|alias) /.test(line)).join('\n')}\n`;
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
      throw new Error(`${where} does not work as printed:\n${block}\n${stdout}${stderr}\n${this.#terminals.map((terminal) => terminal.logTail()).join('\n')}`, { cause: error });
    }
  }

  async leave(): Promise<void> {
    await Promise.all(this.#terminals.map((terminal) => terminal.kill()));
  }
}
