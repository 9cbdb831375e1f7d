import type { SourcedDocument, SourceTree } from '#domain';
import { err, ok, type Result } from '#kernel';
import type { ProcessFailure } from '#runtime';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Jail } from './jail.js';
import { decodeUtf8, parseYielding } from './parse-source-file.js';
import { readKustomizeClosure, type KustomizeClosure } from './read-kustomize-closure.js';
import { refuse, yamlFailure } from './render-failures.js';
import type { RenderFailure, RenderLimits } from './renderer.js';

const LONGEST_MESSAGE = 1_000;

/** Builds a kustomization with the real program, in the jail, over a private copy of exactly the files that it names. */
export class Kustomize {
  constructor(
    private readonly jail: Jail,
    private readonly workDirectory: string,
    private readonly limits: RenderLimits,
  ) {}

  async build(tree: SourceTree, path: string, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
    const closure = await readKustomizeClosure(tree, path, this.limits, signal);
    if (!closure.ok) return closure;
    const directory = await realpath(await mkdtemp(join(this.workDirectory, 'render-'))); // mode 0700
    try {
      const source = join(directory, 'source');
      await materialize(closure.value, source, signal);
      const home = join(directory, 'home');
      await mkdir(home, { mode: 0o700 });
      const run = await this.jail.run({ args: ['build', path === '' ? source : join(source, path)], directory: home, signal });
      signal.throwIfAborted();
      if (!run.ok) return this.failure(run.error, closure.value, directory, path);
      return await readOutput(run.value.stdout, signal);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  private failure(failure: ProcessFailure, closure: KustomizeClosure, directory: string, path: string): Result<never, RenderFailure> {
    const { cpuSeconds, memoryBytes, maxBytes, timeoutMs } = this.limits;
    switch (failure.code) {
      case 'PROCESS_TIMED_OUT':
        return refuse('RENDER_TIMED_OUT', `kustomize took more than ${timeoutMs} ms`);
      case 'PROCESS_OUTPUT_TOO_LARGE':
        return refuse('RENDER_LIMIT_EXCEEDED', `kustomize put out more than ${maxBytes} bytes`);
      case 'PROCESS_NOT_STARTED':
        return err({ code: 'RENDERER_UNAVAILABLE', message: 'kustomize could not be started', retryable: true });
      case 'PROCESS_ABORTED':
        return err({ code: 'RENDER_TIMED_OUT', message: 'rendering was given up', retryable: true });
      case 'PROCESS_EXITED':
        if (failure.signal !== null || /out of memory|cannot allocate memory/.test(failure.stderr)) {
          return refuse(failure.signal === 'SIGXCPU' ? 'RENDER_TIMED_OUT' : 'RENDER_LIMIT_EXCEEDED', `kustomize was stopped: it wanted more than ${cpuSeconds} s of CPU or ${memoryBytes} bytes of memory`);
        }
        return refuse('KUSTOMIZE_FAILED', `${path === '' ? 'the root' : path}: ${cleanMessage(closure.secrets.hideIn(failure.stderr), directory)}`);
    }
  }
}

/** Paths come from the tree reader, which lets no name through that means anything to a file system. Nothing here is a link. */
async function materialize(closure: KustomizeClosure, source: string, signal: AbortSignal): Promise<void> {
  await mkdir(source, { mode: 0o700 });
  for (const [path, content] of closure.files) {
    signal.throwIfAborted();
    const file = join(source, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, content, { mode: 0o600, flag: 'wx' });
  }
  await chmod(source, 0o700);
}

/** Each document for itself, so that the limits of a text do not add up over all of them. Lines of the output mean nothing to people. */
async function readOutput(stdout: Buffer, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
  const text = decodeUtf8(stdout);
  if (text === undefined) return refuse('KUSTOMIZE_FAILED', 'what kustomize put out is not UTF-8');
  const documents: SourcedDocument[] = [];
  for (const part of text.split(/^---\n/m)) {
    const parsed = await parseYielding(part, 'output of kustomize', signal);
    if (!parsed.ok) return yamlFailure(parsed.error);
    documents.push(...parsed.value.map(({ value }) => ({ value, line: 1 })));
  }
  return ok(documents);
}

/** Kustomize's own words, without paths of this machine, warnings, and the quotations in which it shows whole configurations. */
function cleanMessage(stderr: string, directory: string): string {
  const text = stderr
    .replaceAll(`${directory}/source/`, '')
    .replaceAll(`${directory}/source`, '.')
    .replaceAll(directory, '')
    .replace(/^# Warning:.*$/gm, '')
    .replace(/`[^`]*(`|$)/g, '`...`')
    .replace(/\s+/g, ' ')
    .replace(/^\s*Error: /, '')
    .trim();
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}...` : text;
}
