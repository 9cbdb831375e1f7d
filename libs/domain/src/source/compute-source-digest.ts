import { err, ok, type Result } from '#kernel';
import type { SourceSpec } from '../application/application-spec.js';
import { watchChart } from './watch-charts.js';
import type { SourceReadFailure, SourceTree } from './source-tree.js';
import { kustomizationsIn, watchKustomizations } from './watch-kustomizations.js';
import { WatchRecorder, type WatchFailure } from './watch-recorder.js';
import { sealWatchSet, type WatchSet } from './watch-set.js';
import { watchSymlinks } from './watch-symlinks.js';

/** What the watch set of an application follows from. */
export type WatchedSource = Pick<SourceSpec, 'path' | 'renderer' | 'watch' | 'helm'>;

/**
 * The watch set of an application at one commit, and its digest: the application's path, the static closure of what its kustomizations
 * name, values files and the charts that its chart names by `file://`, the explicit `source.watch` paths, and what symlinks in them lead to. Reads trees, kustomizations and Chart.yaml files alone. What renders
 * differently has another digest; what cannot be told from the files is watched as a whole repository, so that a release comes too often and
 * never too rarely.
 *
 * Failures: PATH_NOT_FOUND for the application's own path; PATH_REFUSED for what no agent would read; SOURCE_UNAVAILABLE when it could
 * not be read now. None of them says that anything changed.
 */
export async function computeSourceDigest(
  tree: SourceTree,
  source: WatchedSource,
  signal: AbortSignal,
): Promise<Result<WatchSet, SourceReadFailure>> {
  const recorder = new WatchRecorder(tree, signal);
  const watched = await watchSource(recorder, source);
  if (watched.ok) return ok(sealWatchSet(recorder.paths, undefined));
  if (watched.error.code !== 'NOT_STATIC') return err(watched.error);
  return ok(sealWatchSet([{ path: '', target: undefined, mode: 'tree', id: tree.rootTreeId }], watched.error.because));
}

async function watchSource(recorder: WatchRecorder, source: WatchedSource): Promise<Result<void, WatchFailure>> {
  const own = await recorder.watch(source.path);
  if (!own.ok) return own;
  if (own.value === undefined) return err({ code: 'PATH_NOT_FOUND', path: source.path });
  if (own.value.entry.mode !== 'tree') return err({ code: 'PATH_REFUSED', path: source.path, reason: 'it is not a directory' });
  const real = own.value.path;
  const linked = await watchSymlinks(recorder, real);
  if (!linked.ok) return linked;
  for (const path of source.watch) {
    const extra = await recorder.watch(path);
    if (!extra.ok) return extra;
    if (extra.value?.entry.mode !== 'tree') continue;
    const links = await watchSymlinks(recorder, extra.value.path);
    if (!links.ok) return links;
  }
  if (source.renderer === 'PLAIN') return ok(undefined);
  const root = { named: source.path, real };
  if (source.renderer === 'HELM') return watchChart(recorder, root, source.helm);
  const kustomizations = await kustomizationsIn(recorder, real);
  if (!kustomizations.ok) return kustomizations;
  if (kustomizations.value.length > 0) return watchKustomizations(recorder, root);
  return source.renderer === 'AUTO' ? watchChart(recorder, root, source.helm) : ok(undefined);
}
