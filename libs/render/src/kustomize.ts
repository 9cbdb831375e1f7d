import type { SourcedDocument, SourceTree } from '#domain';
import { ok, type Result } from '#kernel';
import type { ProcessFailure } from '#runtime';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Jail } from './jail.js';
import { materialize } from './materialize.js';
import { decodeUtf8, parseYielding } from './parse-source-file.js';
import { readKustomizeClosure, type KustomizeClosure } from './read-kustomize-closure.js';
import { refuse, yamlFailure } from './render-failures.js';
import type { RenderFailure, RenderLimits } from './renderer.js';
import { runFailure } from './run-failure.js';

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
      await materialize(closure.value.files, source, signal);
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
    const told = runFailure('kustomize', failure, this.limits);
    if (told.kind === 'STOPPED') return told.failure;
    return refuse('KUSTOMIZE_FAILED', `${path === '' ? 'the root' : path}: ${cleanMessage(closure.secrets.hideIn(told.stderr), directory)}`);
  }
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
