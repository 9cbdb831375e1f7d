import type { Json } from '#kernel';
import { isObject } from '../json/read-json.js';
import { LEAF, nodeOf, type FieldSet } from './field-set.js';
import { descend, partsOf, type MergeSchema } from './merge-schema.js';
import type { PathElement } from './path-element.js';

/** The fields that a configuration claims: its leaves, the items of its merged lists, and what it says is empty. Pure. */
export function fieldSetOf(schema: MergeSchema, value: Json): FieldSet {
  const parts = partsOf(schema, value);
  if (parts === undefined) return LEAF;
  const children = new Map<PathElement, FieldSet>();
  for (const [element, part] of parts) {
    const child = fieldSetOf(part.schema, part.value);
    const isEmpty = part.value === null || (isObject(part.value) && Object.keys(part.value).length === 0);
    children.set(element, { ...child, isMember: child.isMember || isEmpty || !part.isDeclared });
  }
  return nodeOf(false, children);
}

/** The set with every declared field on the way to a member counted as a member too. */
export function withDeclaredParents(schema: MergeSchema, set: FieldSet): FieldSet {
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of set.children) {
    const below = descend(schema, element);
    const deep = withDeclaredParents(below.schema, child);
    children.set(element, { ...deep, isMember: deep.isMember || (below.isDeclared && deep.children.size > 0) });
  }
  return nodeOf(set.isMember, children);
}
