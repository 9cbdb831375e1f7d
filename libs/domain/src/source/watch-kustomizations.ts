import { err, ok, type Json, type Result } from '#kernel';
import { parseKubernetesYaml } from '../yaml/parse-kubernetes-yaml.js';
import { KUSTOMIZATION_FILE_NAMES, kustomizationReferences, MAX_KUSTOMIZATION_BYTES, pluginReferences, type KustomizationReferences } from './kustomization-references.js';
import type { WatchFailure, WatchRecorder } from './watch-recorder.js';
import type { NotStatic } from './watch-set.js';

/** A directory with a kustomization: as it was named, and where it really is. References are resolved from both. */
interface Directory {
  readonly named: string;
  readonly real: string;
}

/** A file whose content names further paths. */
interface Source {
  readonly kind: 'kustomization' | 'plugin';
  /** Where it really is. */
  readonly file: string;
  readonly bases: readonly string[];
}

/** The names of kustomization files in a directory; none: kustomize would not build it. */
export async function kustomizationsIn(recorder: WatchRecorder, directory: string): Promise<Result<readonly string[], WatchFailure>> {
  const entries = await recorder.list(directory);
  return entries.ok ? ok(entries.value.map((entry) => entry.name).filter((name) => KUSTOMIZATION_FILE_NAMES.includes(name))) : entries;
}

/**
 * Records everything that building a kustomization reads: the directories, the files, what they name in turn. Level by level, one round trip
 * for the files of each. Remote references and those that leave the repository add nothing: they are refused at render.
 */
export async function watchKustomizations(recorder: WatchRecorder, root: Directory): Promise<Result<void, WatchFailure>> {
  const seen = new Set<string>();
  let found: Result<Level, WatchFailure> = ok({ directories: [root], plugins: [] });
  while (found.ok && found.value.directories.length + found.value.plugins.length > 0) {
    const sources = await sourcesOf(recorder, found.value, seen);
    if (!sources.ok) return sources;
    const documents = await readDocuments(recorder, sources.value);
    if (!documents.ok) return documents;
    found = await follow(recorder, documents.value);
  }
  return found.ok ? ok(undefined) : found;
}

interface Level {
  readonly directories: readonly Directory[];
  readonly plugins: readonly Source[];
}
interface ReadSource extends Source {
  readonly documents: readonly Json[];
}

async function sourcesOf(recorder: WatchRecorder, level: Level, seen: Set<string>): Promise<Result<readonly Source[], WatchFailure>> {
  const sources: Source[] = [...level.plugins];
  for (const { named, real } of level.directories) {
    const names = await kustomizationsIn(recorder, real);
    if (!names.ok) return names;
    for (const name of names.value) {
      const file = await recorder.watch(join(real, name));
      if (!file.ok) return file;
      if (file.value !== undefined) sources.push({ kind: 'kustomization', file: file.value.path, bases: named === real ? [real] : [named, real] });
    }
  }
  const fresh = new Map(sources.map((source) => [JSON.stringify(source), source]));
  for (const key of [...fresh.keys()]) {
    if (seen.has(key)) fresh.delete(key);
    seen.add(key);
  }
  return ok([...fresh.values()]);
}

async function readDocuments(recorder: WatchRecorder, sources: readonly Source[]): Promise<Result<readonly ReadSource[], WatchFailure>> {
  const contents = await recorder.readMany(sources.map((source) => source.file));
  if (!contents.ok) return contents;
  const read: ReadSource[] = [];
  for (const [index, source] of sources.entries()) {
    const documents = parseDocuments(contents.value[index] ?? new Uint8Array(), source.file);
    if (documents === undefined) return notStatic('UNREADABLE_KUSTOMIZATION');
    read.push({ ...source, documents });
  }
  return ok(read);
}

function parseDocuments(bytes: Uint8Array, file: string): readonly Json[] | undefined {
  if (bytes.byteLength > MAX_KUSTOMIZATION_BYTES) return undefined;
  const parsed = parseKubernetesYaml(Buffer.from(bytes).toString('utf8'), file);
  return parsed.ok ? parsed.value.map((document) => document.value) : undefined;
}

async function follow(recorder: WatchRecorder, sources: readonly ReadSource[]): Promise<Result<Level, WatchFailure>> {
  const directories: Directory[] = [];
  const plugins: Source[] = [];
  for (const source of sources) {
    for (const references of referencesOf(source)) {
      const obstacle = references.unresolvable.find(({ reason }) => reason !== 'OUTSIDE_REPOSITORY');
      if (obstacle !== undefined && obstacle.reason !== 'OUTSIDE_REPOSITORY') return notStatic(obstacle.reason);
      for (const { path } of references.files) {
        const file = await recorder.watch(path);
        if (!file.ok) return file;
      }
      for (const { path } of [...references.directories, ...references.resources]) {
        const found = await recorder.watch(path);
        if (!found.ok) return found;
        if (found.value?.entry.mode === 'tree') directories.push({ named: path, real: found.value.path });
      }
      for (const { path } of references.plugins) {
        const found = await recorder.watch(path);
        if (!found.ok) return found;
        // The objects that such a directory builds would be configurations of plugins in their turn.
        if (found.value?.entry.mode === 'tree') return notStatic('PLUGIN');
        // Kustomize reads the paths in such a file from the kustomization's directory; its own is watched as well.
        if (found.value !== undefined) plugins.push({ kind: 'plugin', file: found.value.path, bases: [...new Set([...source.bases, parentOf(path)])] });
      }
    }
  }
  return ok({ directories, plugins });
}

function referencesOf({ kind, bases, documents }: ReadSource): readonly KustomizationReferences[] {
  return documents.flatMap((document) => bases.map((base) => (kind === 'plugin' ? pluginReferences(document, base, '') : kustomizationReferences(document, base))));
}

function notStatic(because: NotStatic): Result<never, WatchFailure> {
  return err({ code: 'NOT_STATIC', because });
}

function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
