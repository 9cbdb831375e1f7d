import { judgeTreeEntryName, KUSTOMIZATION_FILE_NAMES, printablePath, type SourcedDocument, type SourceTree } from '#domain';
import { ok, type Result } from '#kernel';
import { parseSourceFile } from './parse-source-file.js';
import { refuse, sourceFailure } from './render-failures.js';
import type { RenderFailure, RenderLimits } from './renderer.js';

const MANIFEST = /\.(yaml|yml|json)$/;
const BATCH = 200;

/**
 * Every document of every YAML and JSON file below a directory, in the order of their paths. Links that stay inside the
 * repository are followed, each real file is read once; a submodule or a hostile name is refused with its path.
 */
export async function readPlainDocuments(tree: SourceTree, path: string, limits: RenderLimits, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
  const files = await findManifests(tree, path, limits, signal);
  if (!files.ok) return files;
  const documents: SourcedDocument[] = [];
  let bytes = 0;
  for (let start = 0; start < files.value.length; start += BATCH) {
    const batch = files.value.slice(start, start + BATCH);
    const contents = await tree.readMany(batch, signal);
    if (!contents.ok) return sourceFailure(contents.error);
    for (const [index, content] of contents.value.entries()) {
      const file = batch[index] ?? '';
      bytes += content.byteLength;
      if (bytes > limits.maxBytes) return refuse('RENDER_LIMIT_EXCEEDED', `the manifests below ${path} have more than ${limits.maxBytes} bytes`);
      if (KUSTOMIZATION_FILE_NAMES.includes(file.slice(file.lastIndexOf('/') + 1))) {
        return refuse('INVALID_OBJECT', `${file}: a kustomization among plain manifests: make its directory the source.path, or name it in a kustomization of ${path === '' ? 'the root' : path}`, file);
      }
      const parsed = await parseSourceFile(content, file, signal);
      if (!parsed.ok) return parsed;
      documents.push(...parsed.value.map((document) => ({ ...document, file })));
    }
  }
  return ok(documents);
}

async function findManifests(tree: SourceTree, path: string, limits: RenderLimits, signal: AbortSignal): Promise<Result<readonly string[], RenderFailure>> {
  const found = new Map<string, string>(); // by real path
  const seen = new Set<string>();
  const open = [path];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const here = await tree.resolve(at, signal);
    if (!here.ok) return sourceFailure(here.error);
    if (seen.has(here.value.path)) continue;
    seen.add(here.value.path);
    const entries = await tree.list(here.value.path, signal);
    if (!entries.ok) return sourceFailure(entries.error);
    for (const { name, mode } of entries.value) {
      const child = at === '' ? name : `${at}/${name}`;
      const reason = judgeTreeEntryName(name) ?? (mode === 'gitlink' ? 'it is a submodule' : undefined);
      if (reason !== undefined) return refuse('PATH_REFUSED', `${printablePath(child)}: ${reason}`, printablePath(child));
      const real = mode === 'symlink' ? await tree.resolve(child, signal) : ok({ path: here.value.path === '' ? name : `${here.value.path}/${name}`, entry: { mode } });
      if (!real.ok) return sourceFailure(real.error);
      if (real.value.entry.mode === 'tree') open.push(child);
      else if (MANIFEST.test(name) && !found.has(real.value.path)) found.set(real.value.path, child);
      if (found.size + seen.size + open.length > limits.maxFiles) return refuse('RENDER_LIMIT_EXCEEDED', `more than ${limits.maxFiles} files and directories below ${path}`);
    }
  }
  return ok([...found.values()].toSorted());
}
