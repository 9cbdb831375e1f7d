import { compare, Range, satisfies, valid } from 'semver';

const MAX_RANGE_LENGTH = 200;

/** Why a text is no version and no range of versions; undefined where it is one. Pure. */
export function judgeVersionRange(range: string): string | undefined {
  return rangeOf(range) === undefined ? 'not a version such as 6.5.0 and not a range such as 6.x, ^6.5 or ">=6.5.0 <7.0.0"' : undefined;
}

/** The version, if a range allows no other. Its build metadata counts, as it does in the name of a chart. Pure. */
export function exactVersion(range: string): string | undefined {
  return valid(range.trim()) === null ? undefined : range.trim();
}

/**
 * The highest of the versions that are in the range; versions that are none do not count. Pre-releases count only where the range names one, as
 * in Helm. Undefined: none is. Pure.
 */
export function chooseVersion(range: string, versions: readonly string[]): string | undefined {
  const exact = exactVersion(range);
  if (exact !== undefined) return versions.find((version) => version === exact) ?? versions.find((version) => isSameVersion(version, exact));
  const parsed = rangeOf(range);
  if (parsed === undefined) return undefined;
  return versions.filter((version) => valid(version) !== null && satisfies(version, parsed)).toSorted(compareVersionTexts).at(-1);
}

/** Whether the first is lower than the second. What is no version is lower than nothing. Pure. */
export function isLowerVersion(a: string, b: string): boolean {
  return valid(a) !== null && valid(b) !== null && compare(a, b) < 0;
}

function isSameVersion(a: string, b: string): boolean {
  return a.replace(/^v/, '') === b.replace(/^v/, '');
}

/** Equal versions with other build metadata are told apart by their text, so that the choice does not depend on the order of a list. */
function compareVersionTexts(a: string, b: string): number {
  const byVersion = compare(a, b);
  return byVersion !== 0 ? byVersion : a < b ? -1 : a === b ? 0 : 1;
}

/** Helm separates what must hold together by commas as well. */
function rangeOf(range: string): Range | undefined {
  if (range.trim() === '' || range.length > MAX_RANGE_LENGTH) return undefined;
  try {
    return new Range(range.replaceAll(/\s*,\s*/g, ' '));
  } catch {
    return undefined;
  }
}
