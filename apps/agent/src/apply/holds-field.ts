import type { Json } from '#kernel';
import { isJsonList, isJsonObject, type KubeObject } from '#domain';

/**
 * Whether an object declares the field that a conflict of server-side apply names, in the API server's spelling:
 * `.spec.template.spec.containers[name="app"].image`, `.metadata.finalizers[="a/b"]`, `.data.a.b`. Names may hold dots, so the path is
 * matched against what the object has instead of being cut up. Pure.
 */
export function holdsField(object: KubeObject, path: string): boolean {
  return path !== '' && reaches(object, path);
}

function reaches(value: Json | undefined, rest: string): boolean {
  if (rest === '') return value !== undefined;
  if (isJsonObject(value) && rest.startsWith('.')) {
    return Object.keys(value).some((name) => rest.startsWith(name, 1) && isBoundary(rest, name.length + 1) && reaches(value[name], rest.slice(name.length + 1)));
  }
  if (isJsonList(value) && rest.startsWith('[')) {
    const end = closingBracket(rest);
    const step = rest.slice(1, end);
    return end > 0 && value.some((item, index) => isItem(item, index, step) && reaches(item, rest.slice(end + 1)));
  }
  return false;
}

function isBoundary(rest: string, at: number): boolean {
  return at === rest.length || rest[at] === '.' || rest[at] === '[';
}

/** Index of the bracket that closes the one at 0; texts in quotes may hold brackets. -1: none. */
function closingBracket(text: string): number {
  let isQuoted = false;
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === '\\' && isQuoted) at += 1;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === ']' && !isQuoted) return at;
  }
  return -1;
}

/** A key may be left out of a manifest where the server has a default for it: it cannot tell two items of ours apart then. */
const DEFAULT_KEYS: Readonly<Record<string, string>> = { protocol: '"TCP"' };

function isItem(item: Json, index: number, step: string): boolean {
  if (/^\d+$/.test(step)) return Number(step) === index;
  if (step.startsWith('=')) return JSON.stringify(item) === step.slice(1);
  if (!isJsonObject(item)) return false;
  return keysOf(step).every(([name, value]) => (item[name] === undefined ? DEFAULT_KEYS[name] === value : JSON.stringify(item[name]) === value));
}

/** `containerPort=80,protocol="TCP"` as pairs of name and JSON. */
function keysOf(step: string): readonly (readonly [string, string])[] {
  return [...step.matchAll(/([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, name = '', value = '']) => [name, value] as const);
}
