import { judgeTreeEntryName, type SourceTree } from '#domain';
import { ok, type Result } from '#kernel';
import { refuse, sourceFailure } from './render-failures.js';
import type { RenderFailure } from './renderer.js';

/** In bytes: longer ones have no place in a file system. */
const LONGEST_NAME = 255;

export interface ChartFile {
  /** Where its bytes are, without links. */
  readonly path: string;
  /** As the chart knows it, relative to its directory. */
  readonly name: string;
}

/** Every file below the directory of a chart. Links that stay inside the repository are followed; a submodule or a hostile name is refused with its path. */
export async function listChartFiles(
  tree: SourceTree, directory: string, { namedBy, maxFiles }: { readonly namedBy: string | undefined; readonly maxFiles: number }, signal: AbortSignal,
): Promise<Result<readonly ChartFile[], RenderFailure>> {
  const found: ChartFile[] = [];
  const open = [{ path: directory, name: '', links: [] as readonly string[] }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const entries = await tree.list(at.path, signal);
    if (!entries.ok) return sourceFailure(entries.error, namedBy);
    for (const { name: entry, mode } of entries.value) {
      const path = at.path === '' ? entry : `${at.path}/${entry}`;
      const problem = mode === 'gitlink' ? 'it is a submodule' : Buffer.byteLength(entry) > LONGEST_NAME ? `the name is longer than ${LONGEST_NAME} bytes` : judgeTreeEntryName(entry);
      if (problem !== undefined) return refuse('PATH_REFUSED', `${path}: ${problem}`, path);
      const real = mode === 'symlink' ? await tree.resolve(path, signal) : ok({ path, entry: { mode } });
      if (!real.ok) return sourceFailure(real.error);
      const name = at.name === '' ? entry : `${at.name}/${entry}`;
      if (real.value.entry.mode !== 'tree') found.push({ path: real.value.path, name });
      else if (at.links.includes(real.value.path)) return refuse('PATH_REFUSED', `${path}: the link leads to a directory that it lies in`, path);
      else open.push({ path: real.value.path, name, links: mode === 'symlink' ? [...at.links, real.value.path] : at.links });
      if (found.length + open.length > maxFiles) return refuse('RENDER_LIMIT_EXCEEDED', 'the chart and what it names have too many files');
    }
  }
  return ok(found);
}
