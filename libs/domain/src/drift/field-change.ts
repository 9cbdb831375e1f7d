import type { Json } from '#kernel';

/** One declared field that says something else in the cluster. Values are JSON as text; what is secret was masked in the cluster. */
export interface FieldChange {
  readonly path: string;
  /** The manager that holds the field now; undefined: nobody does. */
  readonly manager: string | undefined;
  /** undefined: nothing was declared there. */
  readonly expected: string | undefined;
  /** undefined: it is not there. */
  readonly live: string | undefined;
  /** Something in the values was masked. */
  readonly isMasked: boolean;
  /** A value was longer than may be shown, and was cut. */
  readonly isTruncated: boolean;
}

/** Characters of one value, of the values of one object, and of one report. */
export const VALUE_LIMITS = { value: 1_024, object: 8_192, report: 65_536 } as const;

/** The text of a value, cut to `room` characters. */
export function showValue(value: Json | undefined, room: number): { readonly text: string | undefined; readonly isTruncated: boolean } {
  if (value === undefined) return { text: undefined, isTruncated: false };
  const text = JSON.stringify(value);
  return text.length > room ? { text: text.slice(0, Math.max(0, room)).toWellFormed(), isTruncated: true } : { text, isTruncated: false };
}

/** The same changes within `room` characters of values in all: the last ones lose their values, never their paths. Pure. */
export function fitChanges(changes: readonly FieldChange[], room: number): { readonly changes: readonly FieldChange[]; readonly used: number } {
  let used = 0;
  const cut = (text: string | undefined): string | undefined => {
    const kept = text?.slice(0, Math.max(0, Math.min(VALUE_LIMITS.value, room - used))).toWellFormed();
    used += kept?.length ?? 0;
    return kept;
  };
  const fitted = changes.map((change): FieldChange => {
    const [expected, live] = [cut(change.expected), cut(change.live)];
    return { ...change, expected, live, isTruncated: change.isTruncated || expected !== change.expected || live !== change.live };
  });
  return { changes: fitted, used };
}
