import type { Json } from '#kernel';
import { isJsonList, isJsonObject } from '../json/read-json.js';
import type { PathStep } from './field-paths.js';

/** Maps whose members are quantities: `resources.limits.cpu`, `spec.hard["requests.memory"]`. */
const QUANTITY_MAPS = ['limits', 'requests', 'hard', 'capacity', 'overhead', 'default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio'];
/** Members that are quantities wherever they stand. */
const QUANTITY_FIELDS = ['sizeLimit', 'averageValue', 'divisor'];
/** Maps of free texts, in which an empty text is a value like any other. */
const TEXT_MAPS = ['data', 'stringData', 'binaryData', 'labels', 'annotations', 'matchLabels', 'nodeSelector'];

/** Whether two scalars, or values of two types, mean the same to Kubernetes at a path. Only quantities have several spellings. */
export function isSameScalar(declared: Json | undefined, live: Json | undefined, path: readonly PathStep[]): boolean {
  if (declared === live) return true;
  if (live === undefined) return isZero(declared) && !isIn(path, TEXT_MAPS);
  if (declared === undefined) return false;
  if (!isQuantityPath(path)) return false;
  const [left, right] = [parseQuantity(declared), parseQuantity(live)];
  return left !== undefined && right !== undefined && left.unscaled * 10n ** right.scale === right.unscaled * 10n ** left.scale;
}

/** What Kubernetes leaves out when it stores an object: null, empty maps, lists and texts, and false and zero of optional fields. */
export function isZero(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  return (isJsonList(value) && value.length === 0) || (isJsonObject(value) && Object.values(value).every((member) => member === undefined));
}

function isQuantityPath(path: readonly PathStep[]): boolean {
  const last = path.at(-1);
  const isTargetValue = last?.kind === 'field' && last.name === 'value' && isNamed(path.at(-2), ['target']);
  return isIn(path, QUANTITY_MAPS) || isNamed(last, QUANTITY_FIELDS) || isTargetValue;
}

function isIn(path: readonly PathStep[], names: readonly string[]): boolean {
  return isNamed(path.at(-2), names);
}

function isNamed(step: PathStep | undefined, names: readonly string[]): boolean {
  return step?.kind === 'field' && names.includes(step.name);
}

interface Quantity {
  /** The number is unscaled / 10^scale. */
  readonly unscaled: bigint;
  readonly scale: bigint;
}

const SUFFIXES: ReadonlyMap<string, Quantity> = new Map([
  ['n', { unscaled: 1n, scale: 9n }], ['u', { unscaled: 1n, scale: 6n }], ['m', { unscaled: 1n, scale: 3n }], ['', { unscaled: 1n, scale: 0n }],
  ...['k', 'M', 'G', 'T', 'P', 'E'].map((suffix, index) => [suffix, { unscaled: 1_000n ** BigInt(index + 1), scale: 0n }] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index) => [suffix, { unscaled: 1_024n ** BigInt(index + 1), scale: 0n }] as const),
]);

/** Exact, since a float would call 0.1 and 100m different. Undefined for what is no quantity. */
export function parseQuantity(value: Json): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,2})|([numkMGTPE]i?|Ki)?)$/.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match;
  const unit = SUFFIXES.get(suffix);
  if (unit === undefined || whole + fraction === '') return undefined;
  const power = BigInt(exponent ?? 0);
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`) * unit.unscaled * (power > 0n ? 10n ** power : 1n);
  return { unscaled: digits, scale: BigInt(fraction.length) + unit.scale + (power < 0n ? -power : 0n) };
}
