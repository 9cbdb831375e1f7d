import { isJsonObject, type KubeObject, type Patch, type SourcedDocument, type SourcedObject } from '#domain';
import { ok, type JsonObject, type Result } from '#kernel';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { choosePatches, type NamedPatch, type PatchBatch } from './choose-patches.js';
import { explainKustomize } from './explain-kustomize.js';
import type { Jail } from './jail.js';
import { materialize } from './materialize.js';
import { readKustomizeOutput } from './read-kustomize-output.js';
import { refuse } from './render-failures.js';
import type { RenderFailure, RenderLimits } from './renderer.js';
import { runFailure } from './run-failure.js';
import { SecretTexts } from './secret-texts.js';

/** Every object of a batch is a target of every patch of it: which objects those are was decided before. */
const EVERY_OBJECT = { name: '.*' };
/** A strategic merge patch must say what it is, and which object it is put on says the target all the same. */
const ANY_KIND = { apiVersion: 'v1', kind: 'Patch' };

interface Attempt {
  readonly kind: 'DONE' | 'SAID';
  readonly documents: readonly SourcedDocument[];
  readonly stderr: string;
}

/** Puts patches on rendered objects with the real kustomize, in the jail: a strategic merge patch and a JSON patch mean here what they mean in a kustomization. */
export class ObjectPatcher {
  constructor(
    private readonly jail: Jail,
    private readonly workDirectory: string,
    private readonly limits: RenderLimits,
  ) {}

  /** The documents in the order of the objects, from the same files and lines; what a patch deletes is not among them. */
  async patch(objects: readonly SourcedObject[], patches: readonly Patch[], namespace: string, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
    const batches = choosePatches(objects.map(({ object }) => object), patches, namespace);
    if (!batches.ok) return batches;
    const patched: (SourcedDocument | undefined)[] = objects.map(({ object, ...from }) => ({ ...from, value: object }));
    for (const batch of batches.value) {
      const sources = batch.places.flatMap((place) => objects[place] ?? []);
      const done = await this.patchBatch(batch, sources.map(({ object }) => object), signal);
      if (!done.ok) return done;
      for (const [index, place] of batch.places.entries()) {
        const document = done.value[index];
        const source = sources[index];
        patched[place] = document === undefined || source === undefined ? undefined : { value: document.value, line: source.line, file: source.file };
      }
    }
    return ok(patched.filter((document) => document !== undefined));
  }

  /** As many documents as objects, or none when a patch deletes them. */
  private async patchBatch({ patches }: PatchBatch, objects: readonly KubeObject[], signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
    const attempt = await this.attempt(patches, objects, signal);
    if (!attempt.ok) return attempt;
    if (attempt.value.kind === 'SAID') return this.findFault(patches, objects, attempt.value.stderr, signal);
    const { documents } = attempt.value;
    const isDeleted = patches.some(({ content }) => content.kind === 'MERGE' && content.isDeletion);
    if (documents.length === (isDeleted ? 0 : objects.length)) return ok(documents);
    return refuse('PATCH_FAILED', `${patches.map(({ name }) => name).join(', ')}: of ${objects.length} objects ${documents.length} are left: to delete an object, write $patch: delete at the top of a strategic merge patch`);
  }

  /** Patches are put on in their order, so the first that fails is found by halves; it is the only one that is named. */
  private async findFault(patches: readonly NamedPatch[], objects: readonly KubeObject[], said: string, signal: AbortSignal): Promise<Result<never, RenderFailure>> {
    let [good, bad, stderr] = [0, patches.length, said];
    while (bad - good > 1) {
      const middle = Math.floor((good + bad) / 2);
      const attempt = await this.attempt(patches.slice(0, middle), objects, signal);
      if (!attempt.ok) return attempt;
      if (attempt.value.kind === 'DONE') good = middle;
      else [bad, stderr] = [middle, attempt.value.stderr];
    }
    return refuse('PATCH_FAILED', `${patches[bad - 1]?.name ?? 'a patch'}: ${stderr}`);
  }

  private async attempt(patches: readonly NamedPatch[], objects: readonly KubeObject[], signal: AbortSignal): Promise<Result<Attempt, RenderFailure>> {
    const directory = await realpath(await mkdtemp(join(this.workDirectory, 'patch-'))); // mode 0700
    try {
      const source = join(directory, 'source');
      await materialize(filesOf(patches, objects), source, signal);
      const home = join(directory, 'home');
      await mkdir(home, { mode: 0o700 });
      const run = await this.jail.run({ args: ['build', source], directory: home, signal });
      signal.throwIfAborted();
      if (run.ok) {
        const documents = await readKustomizeOutput(run.value.stdout, signal);
        return documents.ok ? ok({ kind: 'DONE', documents: documents.value, stderr: '' }) : documents;
      }
      const told = runFailure('kustomize', run.error, this.limits);
      if (told.kind === 'STOPPED') return told.failure;
      return ok({ kind: 'SAID', documents: [], stderr: explainKustomize(secretsOf(patches, objects).hideIn(told.stderr), directory) });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

/** A kustomization over the objects; JSON is YAML. Without the order that is said here kustomize would sort. */
function filesOf(patches: readonly NamedPatch[], objects: readonly KubeObject[]): ReadonlyMap<string, Uint8Array> {
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization',
    resources: ['objects.yaml'], sortOptions: { order: 'fifo' },
    patches: patches.map(({ content }) => ({ target: EVERY_OBJECT, patch: JSON.stringify(content.kind === 'JSON' ? content.operations : { ...content.patch, ...ANY_KIND, metadata: metadataOf(content.patch) }) })),
  };
  return new Map([
    ['kustomization.yaml', Buffer.from(JSON.stringify(kustomization))],
    ['objects.yaml', Buffer.from(objects.map((object) => JSON.stringify(object)).join('\n---\n'))],
  ]);
}

/** What the patch says of labels and annotations, under a name that means nothing. */
function metadataOf({ metadata }: JsonObject): JsonObject {
  return { ...(isJsonObject(metadata) ? metadata : {}), name: 'patch' };
}

function secretsOf(patches: readonly NamedPatch[], objects: readonly KubeObject[]): SecretTexts {
  const secrets = new SecretTexts();
  for (const object of objects) secrets.addObject(object);
  for (const { content } of patches) {
    if (content.kind === 'JSON') secrets.addObject(content.operations);
    else secrets.addValues(content.patch);
  }
  return secrets;
}
