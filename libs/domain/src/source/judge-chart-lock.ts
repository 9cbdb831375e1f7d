import { digestOf, type Json } from '#kernel';
import { memberIn, readDependencies, type ChartDependency, type ChartMetadata } from './chart-dependencies.js';

/**
 * Whether a lock belongs to the dependencies that a chart names now. Helm writes a digest over both into the lock and refuses to build from
 * another one; `helm template` does not look at it, so a version that was raised and not fetched would render as the old one. Pure.
 */
export function judgeChartLock(chart: ChartMetadata, lock: Json): 'IN_SYNC' | 'OUT_OF_DATE' | 'MALFORMED' {
  const digest = memberIn(lock, 'digest');
  const locked = readDependencies(lock);
  if (typeof digest !== 'string' || locked === undefined) return 'MALFORMED';
  if (digest === digestOf(goJson([chart.dependencies.map(encode), locked.map(encode)]))) return 'IN_SYNC';
  // A lock of Helm 2 has a digest over the dependencies alone.
  return chart.apiVersion !== 'v2' && digest === digestOf(goJson({ dependencies: chart.dependencies.map(encode) })) ? 'IN_SYNC' : 'OUT_OF_DATE';
}

/** Members in the order of Helm's type, empty ones left out where it leaves them out. */
function encode(dependency: ChartDependency): Json {
  const { name, version, repository, condition, tags, enabled, importValues, alias } = dependency;
  return {
    name,
    ...(version === '' ? {} : { version }),
    repository,
    ...(condition === '' ? {} : { condition }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(enabled ? { enabled } : {}),
    ...(importValues.length === 0 ? {} : { 'import-values': importValues.map(sorted) }),
    ...(alias === '' ? {} : { alias }),
  };
}

/** Go writes the members of a map in the order of their names. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member ?? null)]));
}

/** As Go's encoder writes it, which keeps HTML and JavaScript from reading what it means. */
function goJson(value: Json): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
