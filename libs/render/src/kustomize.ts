import type { SourcedDocument, SourceTree } from '#domain';
import type { Result } from '#kernel';
import type { ProcessFailure } from '#runtime';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { explainKustomize } from './explain-kustomize.js';
import type { Jail } from './jail.js';
import { materialize } from './materialize.js';
import { readKustomizeClosure, type KustomizeClosure } from './read-kustomize-closure.js';
import { readKustomizeOutput } from './read-kustomize-output.js';
import { refuse } from './render-failures.js';
import type { RenderFailure, RenderLimits, RenderRequest } from './renderer.js';
import { runFailure } from './run-failure.js';

/** Builds a kustomization with the real program, in the jail, over a private copy of exactly the files that it names. */
export class Kustomize {
  constructor(
    private readonly jail: Jail,
    private readonly workDirectory: string,
    private readonly limits: RenderLimits,
  ) {}

  async build(tree: SourceTree, { path, sources = [] }: Pick<RenderRequest, 'path' | 'sources'>, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
    const closure = await readKustomizeClosure(tree, { path, sources }, this.limits, signal);
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
      return await readKustomizeOutput(run.value.stdout, signal);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  private failure(failure: ProcessFailure, closure: KustomizeClosure, directory: string, path: string): Result<never, RenderFailure> {
    const told = runFailure('kustomize', failure, this.limits);
    if (told.kind === 'STOPPED') return told.failure;
    return refuse('KUSTOMIZE_FAILED', `${path === '' ? 'the root' : path}: ${explainKustomize(closure.secrets.hideIn(told.stderr), directory)}`);
  }
}
