import { resolveRepositoryPath, type SourceTree } from '#domain';
import { ok, type Result } from '#kernel';
import { parseSourceFile } from './parse-source-file.js';
import { refuse, sourceFailure } from './render-failures.js';
import type { RenderFailure, RenderLimits, RenderRequest } from './renderer.js';
import { SecretTexts } from './secret-texts.js';
import { ChartWalk } from './walk-charts.js';

/** A chart with dependencies of its own. */
export interface WalkedChart {
  /** In the repository. */
  readonly path: string;
  /** In the private copy. */
  readonly into: string;
}

/** Everything that helm may read for one application, laid out for it, and nothing else. */
export interface ChartClosure {
  /** By path in the private copy. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Directory of the chart in the private copy. */
  readonly into: string;
  readonly name: string;
  /** In the private copy, in the order of the application. */
  readonly valuesFiles: readonly string[];
  readonly withDependencies: readonly WalkedChart[];
  /** The path in the repository of a file as templates name it (`web/templates/a.yaml`); undefined for anything else. */
  readonly pathOf: (file: string) => string | undefined;
  /** What must not be shown when helm quotes it. */
  readonly secrets: SecretTexts;
}

const CHART = 'chart';

/** Reads a chart with its local dependencies, and values files, by object id. Values files are parsed, so that a fault has a file and a line before helm runs. */
export async function readChartClosure(tree: SourceTree, { path, helm, parameters }: RenderRequest, limits: RenderLimits, signal: AbortSignal): Promise<Result<ChartClosure, RenderFailure>> {
  const secrets = new SecretTexts();
  secrets.addValues(parameters);
  const walk = new ChartWalk(tree, limits, signal, secrets);
  const root = await walk.add(path, CHART, undefined);
  if (!root.ok) return root;
  const valuesFiles: string[] = [];
  for (const [index, written] of helm.valuesFiles.entries()) {
    const namedBy = `source.helm.valuesFiles[${index}]`;
    const file = resolveRepositoryPath(path, written);
    if (file === undefined) return refuse('PATH_REFUSED', `${namedBy} leaves the repository`);
    const content = await tree.read(file, signal);
    if (!content.ok) return sourceFailure(content.error, namedBy);
    const values = await parseSourceFile(content.value, file, signal);
    if (!values.ok) return values;
    if (values.value.length > 1) return refuse('HELM_FAILED', `${file} holds several documents, and helm reads the first alone`, file);
    for (const { value, line } of values.value) {
      if (value !== null && (typeof value !== 'object' || Array.isArray(value))) return refuse('HELM_FAILED', `${file} is no mapping of values`, file, line);
      secrets.addValues(value);
    }
    const into = `values/${index}.yaml`;
    const put = walk.put(into, content.value);
    if (!put.ok) return put;
    valuesFiles.push(into);
  }
  const { name } = root.value;
  const origins = [...walk.origins].toSorted(([a], [b]) => b.length - a.length);
  const pathOf = (file: string): string | undefined => {
    const inCopy = file.startsWith(`${name}/`) ? `${CHART}${file.slice(name.length)}` : undefined;
    const [into, at] = origins.find(([one]) => inCopy?.startsWith(`${one}/`)) ?? [];
    return inCopy === undefined || into === undefined ? undefined : `${at === '' ? '' : `${at}/`}${inCopy.slice(into.length + 1)}`;
  };
  return ok({ files: walk.files, into: CHART, name, valuesFiles, withDependencies: walk.withDependencies, pathOf, secrets });
}
