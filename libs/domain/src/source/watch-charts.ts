import { err, ok, type Json, type Result } from '#kernel';
import type { HelmSpec } from '../application/application-spec.js';
import { parseKubernetesYaml } from '../yaml/parse-kubernetes-yaml.js';
import { CHART_FILE, localDependency, MAX_CHART_FILE_BYTES, readChartMetadata, REQUIREMENTS_FILE } from './chart-dependencies.js';
import { resolveRepositoryPath } from './repository-path.js';
import type { WatchFailure, WatchRecorder } from './watch-recorder.js';
import { watchSymlinks } from './watch-symlinks.js';

/** The directory of a chart: as it was named, and where it really is. */
interface Directory {
  readonly named: string;
  readonly real: string;
}

/**
 * Records everything that rendering a chart reads besides its own directory: values files, and the charts that it names by `file://`, and
 * those that they name. A values file that is not there is a failure: a release without it would fail on every cluster. A dependency that
 * leaves the repository or lies in another one adds nothing: what is vendored lies in the directory, the rest is refused at render.
 */
export async function watchChart(recorder: WatchRecorder, root: Directory, helm: HelmSpec | undefined): Promise<Result<void, WatchFailure>> {
  for (const file of helm?.valuesFiles ?? []) {
    const watched = await watchValuesFile(recorder, root.named, file);
    if (!watched.ok) return watched;
  }
  const seen = new Set([root.named]);
  const open = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const locals = await localDependenciesOf(recorder, at);
    if (!locals.ok) return locals;
    for (const named of locals.value.filter((one) => !seen.has(one))) {
      seen.add(named);
      const found = await recorder.watch(named);
      if (!found.ok) return found;
      if (found.value?.entry.mode !== 'tree') continue;
      const linked = await watchSymlinks(recorder, found.value.path);
      if (!linked.ok) return linked;
      open.push({ named, real: found.value.path });
    }
  }
  return ok(undefined);
}

async function watchValuesFile(recorder: WatchRecorder, path: string, file: string): Promise<Result<void, WatchFailure>> {
  const resolved = resolveRepositoryPath(path, file);
  if (resolved === undefined) return err({ code: 'PATH_REFUSED', path: file, reason: 'the values file lies outside the repository' });
  const found = await recorder.watch(resolved);
  if (!found.ok) return found;
  if (found.value === undefined) return err({ code: 'PATH_NOT_FOUND', path: resolved });
  return found.value.entry.mode === 'tree' ? err({ code: 'PATH_REFUSED', path: resolved, reason: 'a values file is wanted, and it is a directory' }) : ok(undefined);
}

/** Paths are resolved from where the chart was named, as its renderer does. */
async function localDependenciesOf(recorder: WatchRecorder, { named, real }: Directory): Promise<Result<readonly string[], WatchFailure>> {
  const entries = await recorder.list(real);
  if (!entries.ok) return entries;
  const documents: (Json | undefined)[] = [];
  for (const name of [CHART_FILE, REQUIREMENTS_FILE]) {
    const document = entries.value.some((entry) => entry.name === name) ? await readDocument(recorder, real === '' ? name : `${real}/${name}`) : ok(undefined);
    if (!document.ok) return document;
    documents.push(document.value);
  }
  const [file, requirements] = documents;
  if (file === undefined) return ok([]); // no chart: refused at render, until the file comes, which is a change of the directory
  const metadata = readChartMetadata(file, requirements);
  if (metadata === undefined) return err({ code: 'NOT_STATIC', because: 'UNREADABLE_CHART' });
  return ok(metadata.dependencies.flatMap((dependency) => {
    const local = localDependency(dependency, named);
    return local === undefined || local === 'OUTSIDE_REPOSITORY' ? [] : [local.path];
  }));
}

async function readDocument(recorder: WatchRecorder, path: string): Promise<Result<Json | undefined, WatchFailure>> {
  const found = await recorder.watch(path);
  if (!found.ok) return found;
  if (found.value === undefined) return ok(undefined);
  const contents = await recorder.readMany([found.value.path]);
  if (!contents.ok) return contents;
  const [bytes] = contents.value;
  const parsed = bytes === undefined || bytes.byteLength > MAX_CHART_FILE_BYTES ? undefined : parseKubernetesYaml(Buffer.from(bytes).toString('utf8'), path);
  const document = parsed?.ok === true ? parsed.value[0] : undefined;
  return document === undefined ? err({ code: 'NOT_STATIC', because: 'UNREADABLE_CHART' }) : ok(document.value);
}
