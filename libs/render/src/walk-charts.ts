import { CHART_FILE, judgeChartLock, localDependency, MAX_CHART_FILE_BYTES, memberIn, readChartMetadata, REQUIREMENTS_FILE, type ChartMetadata, type SourceTree } from '#domain';
import { err, ok, type Json, type Result } from '#kernel';
import { listChartFiles } from './list-chart-files.js';
import { parseSourceFile } from './parse-source-file.js';
import { readChartArchive } from './read-chart-archive.js';
import { refuse, sourceFailure } from './render-failures.js';
import type { RenderFailure, RenderLimits } from './renderer.js';
import { schemaLeadsOut } from './schema-leads-out.js';
import type { SecretTexts } from './secret-texts.js';

const BATCH = 200;
/** Charts that name one another by `file://`; each costs a run of helm. */
const MAX_CHARTS = 30;
/** Archives in archives. */
const MAX_NESTING = 4;
const LOCK_FILES: readonly string[] = ['Chart.lock', 'requirements.lock'];

/**
 * Lays a chart out as `helm dependency build` would leave it: the directory as it is, and a copy of every local dependency (`file://`) that is
 * not vendored under charts/, with its own ones in turn. One per render.
 */
export class ChartWalk {
  readonly files = new Map<string, Uint8Array>();
  /** From a directory of the copy to the one of the repository. */
  readonly origins: (readonly [into: string, path: string])[] = [];
  readonly withDependencies: { readonly path: string; readonly into: string }[] = [];
  private readonly open: string[] = [];
  private charts = 0;
  private bytes = 0;

  constructor(
    private readonly tree: SourceTree,
    private readonly limits: RenderLimits,
    private readonly signal: AbortSignal,
    private readonly secrets: SecretTexts,
  ) {}

  /** @param namedBy what named the chart; undefined for the application's own */
  async add(path: string, into: string, namedBy: string | undefined): Promise<Result<ChartMetadata, RenderFailure>> {
    const shown = path === '' ? 'the root' : path;
    if (this.open.includes(path)) return refuse('HELM_FAILED', `the charts ${[...this.open, path].join(', ')} name one another`, path);
    this.charts += 1;
    if (this.charts > MAX_CHARTS) return refuse('RENDER_LIMIT_EXCEEDED', `more than ${MAX_CHARTS} charts name one another by file://`);
    this.open.push(path);
    this.origins.push([into, path]);
    const copied = await this.copy(path, into, namedBy);
    if (!copied.ok) return copied;
    if (!this.files.has(`${into}/${CHART_FILE}`)) return refuse('HELM_FAILED', `${shown} has no ${CHART_FILE}${namedBy === undefined ? '' : `, named by ${namedBy}`}`, path);
    const metadata = await this.metadata(path, into);
    if (!metadata.ok) return metadata;
    if (metadata.value.dependencies.length > 0) {
      this.withDependencies.push({ path, into });
      const locked = await this.lock(path, into, metadata.value);
      if (!locked.ok) return locked;
      const added = await this.dependencies(path, into, metadata.value);
      if (!added.ok) return added;
    }
    this.open.pop();
    return metadata;
  }

  put(file: string, content: Uint8Array): Result<void, RenderFailure> {
    this.bytes += content.byteLength;
    if (this.bytes > this.limits.maxBytes) return refuse('RENDER_LIMIT_EXCEEDED', `the files of the chart have more than ${this.limits.maxBytes} bytes`);
    if (this.files.size >= this.limits.maxFiles) return refuse('RENDER_LIMIT_EXCEEDED', `the chart has more than ${this.limits.maxFiles} files`);
    this.files.set(file, content);
    return ok(undefined);
  }

  private async dependencies(path: string, into: string, { dependencies }: ChartMetadata): Promise<Result<void, RenderFailure>> {
    const file = inDirectory(path, CHART_FILE);
    const vendored = await this.vendored(into);
    if (!vendored.ok) return vendored;
    const { names, archives } = vendored.value;
    const placed = new Map<string, string>();
    for (const dependency of dependencies) {
      if (names.has(dependency.name) || archives.some((archive) => archive.startsWith(`${dependency.name}-`))) continue;
      const local = localDependency(dependency, path);
      if (local === 'OUTSIDE_REPOSITORY') return refuse('PATH_REFUSED', `${file}: the dependency ${dependency.name} leaves the repository`, file);
      if (local === undefined && archives.length > 0) continue; // under another name, perhaps: `helm dependency list` tells
      if (local === undefined) {
        return refuse('DEPENDENCY_NOT_VENDORED', `${file}: the dependency ${dependency.name} ${dependency.version} is not in ${inDirectory(path, 'charts')}: run \`helm dependency build\` there and commit charts/`, file);
      }
      if (placed.get(local.path) === dependency.name) continue; // twice under two aliases
      const added = await this.add(local.path, `${into}/charts/${dependency.name}${placed.size === 0 ? '' : `-${placed.size}`}`, `${file}, dependency ${dependency.name}`);
      if (!added.ok) return added;
      if (added.value.name !== dependency.name) return refuse('HELM_FAILED', `${file}: the dependency ${dependency.name} is called ${added.value.name} in ${inDirectory(local.path, CHART_FILE)}`, file);
      placed.set(local.path, dependency.name);
    }
    return ok(undefined);
  }

  /** Names of the charts that lie unpacked under charts/, and the archives there, into which helm will have to look. */
  private async vendored(into: string): Promise<Result<{ readonly names: ReadonlySet<string>; readonly archives: readonly string[] }, RenderFailure>> {
    const names = new Set<string>();
    const archives: string[] = [];
    for (const file of this.files.keys()) {
      if (!file.startsWith(`${into}/charts/`)) continue;
      const [first = '', second, third] = file.slice(`${into}/charts/`.length).split('/');
      if (second === undefined && /\.(tgz|tar\.gz)$/.test(first)) archives.push(first);
      if (second !== CHART_FILE || third !== undefined) continue;
      const chart = await this.document(file, this.pathOf(file));
      if (!chart.ok) return chart;
      const name = memberIn(chart.value ?? null, 'name');
      if (typeof name === 'string') names.add(name);
    }
    return ok({ names, archives });
  }

  /** Where a file of the copy comes from. */
  private pathOf(inCopy: string): string {
    const [into = '', path = ''] = this.origins.findLast(([one]) => inCopy.startsWith(`${one}/`)) ?? [];
    return inDirectory(path, inCopy.slice(into.length + 1));
  }

  private async metadata(path: string, into: string): Promise<Result<ChartMetadata, RenderFailure>> {
    const file = inDirectory(path, CHART_FILE);
    const chart = await this.document(`${into}/${CHART_FILE}`, file);
    if (!chart.ok) return chart;
    const requirements = await this.document(`${into}/${REQUIREMENTS_FILE}`, inDirectory(path, REQUIREMENTS_FILE));
    if (!requirements.ok) return requirements;
    const metadata = readChartMetadata(chart.value ?? null, requirements.value);
    return metadata === undefined ? refuse('HELM_FAILED', `${file} has not the form that helm expects`, file) : ok(metadata);
  }

  private async lock(path: string, into: string, metadata: ChartMetadata): Promise<Result<void, RenderFailure>> {
    for (const name of LOCK_FILES) {
      const file = inDirectory(path, name);
      const lock = await this.document(`${into}/${name}`, file);
      if (!lock.ok) return lock;
      const judged = lock.value === undefined ? 'IN_SYNC' : judgeChartLock(metadata, lock.value);
      if (judged === 'IN_SYNC') continue;
      return refuse('LOCK_OUT_OF_DATE', judged === 'MALFORMED' ? `${file} is no lock of helm` : `${file} was made for other dependencies than those that ${inDirectory(path, CHART_FILE)} names now`, file);
    }
    return ok(undefined);
  }

  /** The first document of a file of the copy; undefined where there is none. */
  private async document(inCopy: string, file: string): Promise<Result<Json | undefined, RenderFailure>> {
    const content = this.files.get(inCopy);
    if (content === undefined) return ok(undefined);
    if (content.byteLength > MAX_CHART_FILE_BYTES) return refuse('RENDER_LIMIT_EXCEEDED', `${file} has more than ${MAX_CHART_FILE_BYTES} bytes`, file);
    const parsed = await parseSourceFile(content, file, this.signal);
    return parsed.ok ? ok(parsed.value[0]?.value ?? null) : parsed;
  }

  private async copy(path: string, into: string, namedBy: string | undefined): Promise<Result<void, RenderFailure>> {
    const found = await listChartFiles(this.tree, path, { namedBy, maxFiles: this.limits.maxFiles - this.files.size }, this.signal);
    if (!found.ok) return found;
    for (let start = 0; start < found.value.length; start += BATCH) {
      const batch = found.value.slice(start, start + BATCH);
      const contents = await this.tree.readMany(batch.map(({ path: at }) => at), this.signal);
      if (!contents.ok) return sourceFailure(contents.error);
      for (const [index, content] of contents.value.entries()) {
        const { path: from = '', name = '' } = batch[index] ?? {};
        const put = this.put(`${into}/${name}`, content);
        if (!put.ok) return put;
        const checked = await this.look(from, name, content);
        if (!checked.ok) return checked;
      }
    }
    return ok(undefined);
  }

  /** Defaults of charts may be secret, and a schema must not lead out of its file: helm would open whatever path it names. */
  private async look(file: string, name: string, content: Uint8Array, depth = 0): Promise<Result<void, RenderFailure>> {
    if (/(^|\/)values\.yaml$/.test(name)) {
      const values = await parseSourceFile(content, file, this.signal);
      if (values.ok) for (const { value } of values.value) this.secrets.addValues(value); // one that does not parse is told by helm, which quotes nothing of it
    }
    if (/(^|\/)values\.schema\.json$/.test(name) && schemaLeadsOut(content)) {
      return refuse('REMOTE_REFERENCE_REFUSED', `${file} refers to another document by $ref or $schema, and references are followed inside the file alone`, file);
    }
    return /(^|\/)charts\/[^/]+\.(tgz|tar\.gz)$/.test(name) ? this.lookInto(file, content, depth) : ok(undefined);
  }

  /** What is packed is read by helm as what lies open. */
  private async lookInto(file: string, archive: Uint8Array, depth: number): Promise<Result<void, RenderFailure>> {
    const files = depth < MAX_NESTING ? await readChartArchive(archive, this.limits.maxBytes) : err('UNREADABLE');
    if (!files.ok) return refuse('HELM_FAILED', `${file} is no archive of a chart that can be looked into: make it with \`helm dependency build\``, file);
    for (const { name, content } of files.value) {
      const checked = await this.look(`${file}/${name}`, name, content, depth + 1);
      if (!checked.ok) return checked;
    }
    return ok(undefined);
  }
}

function inDirectory(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
