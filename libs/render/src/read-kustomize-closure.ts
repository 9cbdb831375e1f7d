import {
  KUSTOMIZATION_FILE_NAMES, kustomizationReferences, MAX_KUSTOMIZATION_BYTES, pluginReferences, type BaseSource, type JsonDocument, type KustomizationReferences, type PathReference, type SourceTree, type UnresolvableReference,
} from '#domain';
import { ok, type Json, type Result } from '#kernel';
import { followRemoteBases } from './follow-remote-bases.js';
import { parseSourceFile } from './parse-source-file.js';
import { refuse, sourceFailure } from './render-failures.js';
import type { RenderFailure, RenderLimits } from './renderer.js';
import { SecretTexts } from './secret-texts.js';

/** Everything that kustomize may read for one application, and nothing else. */
export interface KustomizeClosure {
  /** By path from the root of the repository. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What must not be shown when kustomize quotes it. */
  readonly secrets: SecretTexts;
}

/**
 * Follows a kustomization through resources, bases, components, patches, generators and the rest, and reads each file by
 * object id. References to other places are refused here, but for bases in sources of the application, which are read from their trees and written down as paths. Missing
 * ones are named together with the file that names them, and manifests are parsed, so that a fault has a file and a line before kustomize runs.
 */
export async function readKustomizeClosure(tree: SourceTree, { path, sources }: KustomizationPlace, limits: RenderLimits, signal: AbortSignal): Promise<Result<KustomizeClosure, RenderFailure>> {
  const walk = new ClosureWalk(tree, sources, limits, signal);
  const done = await walk.run(path);
  return done.ok ? ok({ files: walk.files, secrets: walk.secrets }) : done;
}

export interface KustomizationPlace {
  readonly path: string;
  /** Whose trees stand under `$name`. */
  readonly sources: readonly BaseSource[];
}

interface Pending {
  readonly directory: string;
  readonly namedBy: string | undefined;
}

class ClosureWalk {
  readonly files = new Map<string, Uint8Array>();
  readonly secrets = new SecretTexts();
  private readonly seen = new Set<string>();
  private readonly open: Pending[] = [];
  private bytes = 0;

  constructor(
    private readonly tree: SourceTree,
    private readonly sources: readonly BaseSource[],
    private readonly limits: RenderLimits,
    private readonly signal: AbortSignal,
  ) {}

  async run(path: string): Promise<Result<void, RenderFailure>> {
    this.open.push({ directory: path, namedBy: undefined });
    for (let next = this.open.pop(); next !== undefined; next = this.open.pop()) {
      if (this.seen.has(next.directory)) continue;
      this.seen.add(next.directory);
      const visited = await this.kustomization(next);
      if (!visited.ok) return visited;
    }
    return ok(undefined);
  }

  private async kustomization({ directory, namedBy }: Pending): Promise<Result<void, RenderFailure>> {
    const entries = await this.tree.list(directory, this.signal);
    if (!entries.ok) return sourceFailure(entries.error, namedBy);
    const names = entries.value.map((entry) => entry.name).filter((name) => KUSTOMIZATION_FILE_NAMES.includes(name));
    const [name] = names;
    const by = namedBy === undefined ? '' : `, named by ${namedBy}`;
    if (name === undefined) return refuse('KUSTOMIZE_FAILED', `${directory === '' ? 'the root' : directory} has no kustomization.yaml${by}`, directory);
    const file = directory === '' ? name : `${directory}/${name}`;
    if (names.length > 1) return refuse('KUSTOMIZE_FAILED', `${directory} has several kustomization files: ${names.join(', ')}`, file);
    const content = await this.read(file, namedBy);
    if (content.ok && content.value.byteLength > MAX_KUSTOMIZATION_BYTES) return refuse('RENDER_LIMIT_EXCEEDED', `${file} has more than ${MAX_KUSTOMIZATION_BYTES} bytes`, file);
    const documents = await this.document(file, namedBy);
    if (!documents.ok) return documents;
    const [document] = documents.value;
    if (document === undefined) return refuse('KUSTOMIZE_FAILED', `${file} is empty`, file);
    if (documents.value.length > 1) return refuse('KUSTOMIZE_FAILED', `${file} holds several documents, and kustomize reads the first alone`, file);
    this.secrets.addGenerators(document.value);
    return this.follow(kustomizationReferences(document.value, directory), document.value, file, directory);
  }

  private async follow(named: KustomizationReferences, document: Json, file: string, directory: string): Promise<Result<void, RenderFailure>> {
    const followed = followRemoteBases(document, named, file, directory, this.sources);
    if (!followed.ok) return followed;
    const { references, rewritten } = followed.value;
    if (rewritten !== undefined) this.files.set(file, Buffer.from(JSON.stringify(rewritten)));
    const [obstacle] = references.unresolvable;
    if (obstacle !== undefined) return refuseObstacle(obstacle, file);
    for (const { field, path } of references.directories) this.open.push({ directory: path, namedBy: `${file}, ${field}` });
    for (const reference of references.files) {
      const read = await this.file(reference, file);
      if (!read.ok) return read;
    }
    for (const reference of references.resources) {
      const read = await this.fileOrDirectory(reference, file);
      if (!read.ok) return read;
    }
    for (const reference of references.plugins) {
      const documents = await this.fileOrDirectory(reference, file);
      if (!documents.ok) return documents;
      for (const { value } of documents.value) {
        this.secrets.addGenerators({ secretGenerator: [value] });
        const followed = await this.follow(pluginReferences(value, directory, reference.field), value, reference.path, directory);
        if (!followed.ok) return followed;
      }
    }
    return ok(undefined);
  }

  /** A manifest's documents; none for a directory, which is visited later. */
  private async fileOrDirectory({ field, path }: PathReference, namedIn: string): Promise<Result<readonly JsonDocument[], RenderFailure>> {
    const namedBy = `${namedIn}, ${field}`;
    const found = await this.tree.resolve(path, this.signal);
    if (!found.ok) return sourceFailure(found.error, namedBy);
    if (found.value.entry.mode !== 'tree') return this.document(path, namedBy);
    this.open.push({ directory: path, namedBy });
    return ok([]);
  }

  /** Any other file. Patches are parsed for their faults and secrets, contents of a generator may be anything. */
  private async file({ field, path }: PathReference, namedIn: string): Promise<Result<void, RenderFailure>> {
    const namedBy = `${namedIn}, ${field}`;
    if (/^(patches|replacements)/i.test(field)) {
      const documents = await this.document(path, namedBy);
      return documents.ok ? ok(undefined) : documents;
    }
    const content = await this.read(path, namedBy);
    if (!content.ok) return content;
    if (/(files\[\d+\]|envs\[\d+\]|env)$/i.test(field)) this.secrets.addFile(content.value);
    return ok(undefined);
  }

  private async document(path: string, namedBy: string | undefined): Promise<Result<readonly JsonDocument[], RenderFailure>> {
    const content = await this.read(path, namedBy);
    if (!content.ok) return content;
    const documents = await parseSourceFile(content.value, path, this.signal);
    if (documents.ok) for (const { value } of documents.value) this.secrets.addObject(value);
    return documents;
  }

  private async read(path: string, namedBy: string | undefined): Promise<Result<Uint8Array, RenderFailure>> {
    const known = this.files.get(path);
    if (known !== undefined) return ok(known);
    const content = await this.tree.read(path, this.signal);
    if (!content.ok) return sourceFailure(content.error, namedBy);
    this.bytes += content.value.byteLength;
    if (this.bytes > this.limits.maxBytes) return refuse('RENDER_LIMIT_EXCEEDED', `the files that the kustomization reads have more than ${this.limits.maxBytes} bytes`);
    if (this.files.size >= this.limits.maxFiles) return refuse('RENDER_LIMIT_EXCEEDED', `the kustomization reads more than ${this.limits.maxFiles} files`);
    this.files.set(path, content.value);
    return content;
  }
}

function refuseObstacle({ field, reason }: UnresolvableReference, file: string): ReturnType<typeof refuse> {
  switch (reason) {
    case 'OUTSIDE_REPOSITORY':
      return refuse('PATH_REFUSED', `${file}: ${field} leaves the repository`, file);
    case 'HELM':
      return refuse('KUSTOMIZE_FAILED', `${file}: ${field} wants Helm, which is not run from a kustomization here`, file);
    case 'PLUGIN':
      return refuse('KUSTOMIZE_FAILED', `${file}: ${field} names a plugin that is not built into kustomize: programs and containers are not run`, file);
    case 'SHAPE':
      return refuse('KUSTOMIZE_FAILED', `${file}: ${field === '' ? 'it' : field} has not the form that kustomize expects`, file);
  }
}
