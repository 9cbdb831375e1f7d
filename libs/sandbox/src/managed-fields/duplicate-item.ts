import type { Json } from '#kernel';
import { isList, isObject } from '../json/read-json.js';
import { descend, itemElement, type MergeSchema } from './merge-schema.js';
import { formatPath, memberElement, type PathElement } from './path-element.js';

export interface DuplicateItem {
  /** Of the list: `.spec.containers` */
  readonly path: string;
  /** `[name="a"]` */
  readonly key: string;
}

/** The first item that a list merged by key, or a set, has twice: such a list says two things about one item. Pure. */
export function duplicateItem(schema: MergeSchema, value: Json | undefined, path: readonly PathElement[] = []): DuplicateItem | undefined {
  if (isObject(value)) {
    if (schema.kind !== 'struct' && schema.kind !== 'map') return undefined;
    for (const [name, member] of Object.entries(value)) {
      const found = duplicateItem(descend(schema, memberElement(name)).schema, member, [...path, memberElement(name)]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isList(value) || (schema.kind !== 'list' && schema.kind !== 'set')) return undefined;
  const seen = new Set<PathElement>();
  for (const item of value) {
    const element = itemElement(schema, item);
    if (seen.has(element)) return { path: formatPath(path), key: formatPath([element]) };
    seen.add(element);
    const found = duplicateItem(descend(schema, element).schema, item, [...path, element]);
    if (found !== undefined) return found;
  }
  return undefined;
}
