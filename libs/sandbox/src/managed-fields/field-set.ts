import type { Json, JsonObject } from '#kernel';
import { isObject } from '../json/read-json.js';
import type { PathElement } from './path-element.js';

/**
 * A set of field paths as a tree. `isMember` says that the path up to here is itself in the set; children are longer paths.
 * Immutable; every function returns a tree without empty branches.
 */
export interface FieldSet {
  readonly isMember: boolean;
  readonly children: ReadonlyMap<PathElement, FieldSet>;
}

export const EMPTY_SET: FieldSet = { isMember: false, children: new Map() };
export const LEAF: FieldSet = { isMember: true, children: new Map() };

export function isEmptySet(set: FieldSet): boolean {
  return !set.isMember && set.children.size === 0;
}

export function nodeOf(isMember: boolean, children: ReadonlyMap<PathElement, FieldSet>): FieldSet {
  const kept = new Map([...children].filter(([, child]) => !isEmptySet(child)));
  return { isMember, children: kept };
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (isEmptySet(left)) return right;
  if (isEmptySet(right)) return left;
  return combine(left, right, (a, b) => a || b);
}

export function difference(left: FieldSet, right: FieldSet): FieldSet {
  return isEmptySet(right) ? left : combine(left, right, (a, b) => a && !b);
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (a, b) => a && b);
}

function combine(left: FieldSet, right: FieldSet, keep: (a: boolean, b: boolean) => boolean): FieldSet {
  const children = new Map<PathElement, FieldSet>();
  for (const element of new Set([...left.children.keys(), ...right.children.keys()])) {
    children.set(element, combine(left.children.get(element) ?? EMPTY_SET, right.children.get(element) ?? EMPTY_SET, keep));
  }
  return nodeOf(keep(left.isMember, right.isMember), children);
}

/** The set without the given paths and everything below them. */
export function withoutBranches(set: FieldSet, branches: FieldSet): FieldSet {
  if (branches.isMember) return EMPTY_SET;
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of set.children) {
    const cut = branches.children.get(element);
    children.set(element, cut === undefined ? child : withoutBranches(child, cut));
  }
  return nodeOf(set.isMember, children);
}

/** All member paths, parents before children, in a stable order. */
export function pathsOf(set: FieldSet, prefix: readonly PathElement[] = []): readonly (readonly PathElement[])[] {
  const below = [...set.children].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([element, child]) => pathsOf(child, [...prefix, element]));
  return set.isMember && prefix.length > 0 ? [prefix, ...below] : below;
}

/** A set from dotted member paths: `setOf('metadata.name', 'status')`. */
export function setOf(...paths: readonly string[]): FieldSet {
  return paths.reduce((set, path) => union(set, path.split('.').reduceRight<FieldSet>((child, name) => nodeOf(false, new Map([[`f:${name}`, child]])), LEAF)), EMPTY_SET);
}

export function toFieldsV1(set: FieldSet): JsonObject {
  const json: Record<string, Json> = {};
  if (set.isMember && set.children.size > 0) json['.'] = {};
  for (const [element, child] of [...set.children].toSorted(([a], [b]) => (a < b ? -1 : 1))) json[element] = toFieldsV1(child);
  return json;
}

/** Reads fieldsV1; the root itself is never a member. */
export function fromFieldsV1(json: JsonObject): FieldSet {
  return { ...nodeFromJson(json), isMember: false };
}

function nodeFromJson(json: JsonObject): FieldSet {
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of Object.entries(json)) if (element !== '.' && isObject(child)) children.set(element, nodeFromJson(child));
  return { isMember: children.size === 0 || json['.'] !== undefined, children };
}
