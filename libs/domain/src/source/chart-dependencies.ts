import type { Json } from '#kernel';
import { foldCase } from '../json/fold-case.js';
import { isJsonList, isJsonObject } from '../json/read-json.js';
import { resolveRepositoryPath } from './repository-path.js';

export const CHART_FILE = 'Chart.yaml';
/** Where charts of `apiVersion: v1` name their dependencies. */
export const REQUIREMENTS_FILE = 'requirements.yaml';

/** Larger ones are not parsed: the hub reads those of everybody. */
export const MAX_CHART_FILE_BYTES = 1024 * 1024;

/** One dependency as a chart or a lock names it, in the terms of Helm's own type; what is absent has Go's zero value. */
export interface ChartDependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly condition: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly importValues: readonly Json[];
  readonly alias: string;
}

export interface ChartMetadata {
  readonly name: string;
  readonly apiVersion: string;
  readonly version: string;
  readonly dependencies: readonly ChartDependency[];
}

/**
 * What a chart says of itself and of its dependencies; undefined where a member has not the type that Helm expects. Pure.
 *
 * @param chart its Chart.yaml
 * @param requirements its requirements.yaml, if there is one: where it names dependencies, those count
 */
export function readChartMetadata(chart: Json, requirements: Json | undefined): ChartMetadata | undefined {
  const apiVersion = textIn(chart, 'apiversion');
  const source = requirements !== undefined && memberIn(requirements, 'dependencies') !== undefined ? requirements : chart;
  const dependencies = readDependencies(source);
  const name = textIn(chart, 'name');
  const version = textIn(chart, 'version');
  return dependencies === undefined || name === undefined || version === undefined || apiVersion === undefined ? undefined : { name, version, apiVersion, dependencies };
}

/** The `dependencies` of a Chart.yaml, a requirements.yaml or a lock. */
export function readDependencies(document: Json): readonly ChartDependency[] | undefined {
  if (document === null) return [];
  if (!isJsonObject(document)) return undefined;
  const list = memberIn(document, 'dependencies') ?? null;
  if (list === null) return [];
  if (!isJsonList(list)) return undefined;
  const read = list.map(readDependency);
  return read.every((one) => one !== undefined) ? read : undefined;
}

/** The path of a dependency that lies elsewhere in the repository (`file://../lib`); OUTSIDE_REPOSITORY, or undefined for any other repository. Pure. */
export function localDependency({ repository }: ChartDependency, chartDirectory: string): { readonly path: string } | 'OUTSIDE_REPOSITORY' | undefined {
  if (!repository.startsWith('file://')) return undefined;
  const path = resolveRepositoryPath(chartDirectory, repository.slice('file://'.length));
  return path === undefined ? 'OUTSIDE_REPOSITORY' : { path };
}

/** The member that Go's decoder would take for the field `name`, the last one where several are. */
export function memberIn(document: Json, name: string): Json | undefined {
  if (!isJsonObject(document)) return undefined;
  return Object.entries(document).findLast(([key]) => foldCase(key) === name)?.[1];
}

function readDependency(value: Json): ChartDependency | undefined {
  if (!isJsonObject(value)) return undefined;
  const [name, version, repository, condition, alias] = ['name', 'version', 'repository', 'condition', 'alias'].map((member) => textIn(value, member));
  const tags = memberIn(value, 'tags') ?? [];
  const importValues = memberIn(value, 'import-values') ?? [];
  const enabled = memberIn(value, 'enabled') ?? false;
  if (name === undefined || version === undefined || repository === undefined || condition === undefined || alias === undefined) return undefined;
  if (!isJsonList(tags) || !isJsonList(importValues) || typeof enabled !== 'boolean') return undefined;
  const texts = tags.map(asText).filter((tag) => tag !== undefined);
  return texts.length === tags.length ? { name, version, repository, condition, tags: texts, enabled, importValues, alias } : undefined;
}

/** Empty where it is absent, as in Go; undefined where it is a list or a mapping. */
function textIn(document: Json, name: string): string | undefined {
  return asText(memberIn(document, name) ?? '');
}

/** Helm's YAML reader writes numbers and flags as text where a text is wanted: `version: 1.0` is `1`. */
function asText(value: Json): string | undefined {
  return typeof value === 'object' ? undefined : String(value);
}
