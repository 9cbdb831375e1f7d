/**
 * A text that somebody else has written, as it may be kept: at most `max` UTF-16 units, without NUL and without half a surrogate pair, neither of which PostgreSQL
 * takes (a column of JSON takes no escape of them either, and one text would hold up all that is written with it). Lines stay lines. Pure, and nothing changes when done twice.
 */
export function foreignText(text: string, max: number): string {
  return cut(text, max).replaceAll('\0', '\uFFFD');
}

/** The same on one line, for what stands in sentences, logs and lists: control characters would forge lines. */
export function foreignLine(text: string, max: number): string {
  return cut(text, max).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}

/** A pair that the cut would part is left out whole. */
function cut(text: string, max: number): string {
  return (text.length > max ? text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '') : text).toWellFormed();
}
