import { isAlias, isMap, isSeq, type Document, type LineCounter } from 'yaml';

/**
 * The line at which a field stands in a document, by the path by which the API calls it; of one that is missing the line of what lacks it. undefined: nothing of
 * that path is in the document. Pure.
 */
export function lineOfField(document: Document.Parsed, lines: LineCounter, field: readonly string[]): number | undefined {
  const root = rootOf(field);
  let offset: number | undefined;
  let inside: unknown = root === undefined ? document.contents : childOf(document.contents, root)?.value;
  for (const part of field) {
    const found = childOf(isAlias(inside) ? inside.resolve(document) : inside, part);
    if (found === undefined) break;
    offset = found.offset ?? offset;
    inside = found.value;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

/** Inputs of the API have the name of an object beside its fields, and of some kinds all that a file has under `spec`. */
function rootOf([first]: readonly string[]): string | undefined {
  if (first === undefined || first === 'spec') return undefined;
  return first === 'name' || first === 'project' ? 'metadata' : 'spec';
}

function childOf(node: unknown, part: string): { readonly value: unknown; readonly offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const item: unknown = /^\d{1,6}$/.test(part) ? node.items[Number(part)] : undefined;
    return item === undefined ? undefined : { value: item, offset: offsetOf(item) };
  }
  const pair = isMap(node) ? node.items.find(({ key }) => String(key) === part) : undefined;
  return pair === undefined ? undefined : { value: pair.value, offset: offsetOf(pair.key) };
}

function offsetOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : undefined;
}
