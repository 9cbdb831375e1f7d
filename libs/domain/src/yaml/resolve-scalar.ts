/** What a scalar means to Kubernetes. INVALID: the Go library refuses it, or JSON cannot say it. */
export type ScalarMeaning =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'invalid'; readonly reason: string };

const CORE = 'tag:yaml.org,2002:';
const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULL = new Set(['', '~', 'null', 'Null', 'NULL']);
const SPECIAL_FLOAT: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map((text) => [text, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((text) => [text, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((text) => [text, Number.NEGATIVE_INFINITY] as const),
]);
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
/** Here, and here alone, underscores must stand between digits. */
const POINT_FLOAT = /^\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?$/;
const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

/**
 * Resolves a scalar as sigs.k8s.io/yaml does: YAML 1.1 booleans (`y` and `n` among them), octals as `0777` and `0o777`,
 * `0x`, `0b`, underscores in numbers; dates and sexagesimals stay strings. Pure. Checked against a table made by the Go library.
 *
 * @param tag the full tag, '' for none; a tag that is not known, `!` too, means text
 * @param isPlain neither quoted nor a block scalar
 */
export function resolveScalar(tag: string, text: string, isPlain: boolean): ScalarMeaning {
  if (tag === '' && !isPlain) return { kind: 'string', value: text };
  switch (tag) {
    case '':
      return resolvePlain(text);
    case `${CORE}str`:
      return { kind: 'string', value: text };
    case `${CORE}binary`:
      return decodeBinary(text);
    case `${CORE}timestamp`:
      return isTimestamp(text) ? { kind: 'string', value: text } : { kind: 'invalid', reason: 'not a timestamp' };
    case `${CORE}bool`:
    case `${CORE}int`:
    case `${CORE}null`:
    case `${CORE}float`:
      return castTo(tag.slice(CORE.length), resolvePlain(text), text);
    default:
      return { kind: 'string', value: text };
  }
}

function castTo(wanted: string, meaning: ScalarMeaning, text: string): ScalarMeaning {
  if (meaning.kind === wanted && !(wanted !== 'null' && text === '<<')) return meaning;
  if (wanted === 'float' && meaning.kind === 'int' && meaning.value < 2n ** 63n) return { kind: 'float', value: Number(meaning.value) };
  if (meaning.kind === 'invalid') return meaning;
  return { kind: 'invalid', reason: `not a value of its tag !!${wanted}` };
}

function resolvePlain(text: string): ScalarMeaning {
  if (NULL.has(text)) return { kind: 'null' };
  if (TRUE.has(text)) return { kind: 'bool', value: true };
  if (FALSE.has(text)) return { kind: 'bool', value: false };
  const special = SPECIAL_FLOAT.get(text);
  if (special !== undefined) return { kind: 'float', value: special };
  if (text.startsWith('.')) return POINT_FLOAT.test(text) ? finite(text.replaceAll('_', ''), text) : { kind: 'string', value: text };
  if (!/^[-+0-9]/.test(text)) return { kind: 'string', value: text };
  if (isTimestamp(text)) return { kind: 'string', value: text };
  const bare = text.replaceAll('_', '');
  const integer = parseInteger(bare);
  if (integer !== undefined) return { kind: 'int', value: integer };
  return FLOAT.test(bare) ? finite(bare, text) : { kind: 'string', value: text };
}

/** Past the range of a double Go's parser gives up, and the text stays a string. */
function finite(bare: string, text: string): ScalarMeaning {
  const value = Number(bare);
  return Number.isFinite(value) ? { kind: 'float', value } : { kind: 'string', value: text };
}

/** Go's `strconv.ParseInt(text, 0, 64)`, then ParseUint: sign, then a base by prefix; a leading zero alone means octal. */
function parseInteger(bare: string): bigint | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9][0-9]*))$/.exec(bare);
  if (match === null) return undefined;
  const [, sign, hex, octal, binary, decimal] = match;
  const digits = hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal}` : binary !== undefined ? `0b${binary}` : (decimal ?? '0');
  if (digits.length > 80) return undefined;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  const most = sign === '' ? MAX_UINT64 : 2n ** 63n - 1n; // ParseUint takes no sign
  return value >= MIN_INT64 && value <= most ? value : undefined;
}

function decodeBinary(text: string): ScalarMeaning {
  const base64 = text.replaceAll(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) return { kind: 'invalid', reason: 'not base64, as its tag !!binary says' };
  const value = decodeUtf8(Buffer.from(base64, 'base64'));
  return value === undefined ? { kind: 'invalid', reason: 'binary that is not UTF-8, which JSON cannot say: use base64 without the tag' } : { kind: 'string', value };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Looks like a date to the Go library; it matters only as "not a number" (`2001-01-01`) and under the tag !!timestamp. */
function isTimestamp(text: string): boolean {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(Z|[-+]\d\d:\d\d)?)?$/.exec(text);
  if (match === null) return false;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => (part === undefined ? undefined : Number(part)));
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return false;
  const isSpaced = text[text.indexOf('-', 5)] !== undefined && / /.test(text);
  if (match[4] !== undefined && isSpaced !== (match[7] === undefined)) return false; // with a space: no zone; with a T: a zone
  return day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
