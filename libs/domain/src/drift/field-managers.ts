import { canonicalJson, type Json } from '#kernel';
import { fieldOf, isJsonList, isJsonObject, textOf } from '../json/read-json.js';
import type { KubeObject } from '../object/kube-object.js';
import { parseFieldsV1, type FieldTree, type PathStep } from './field-paths.js';
import { hasKeys } from './merge-keys.js';

/** One manager's share of an object, from managedFields. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly time: string | undefined;
  /** `scale`, or empty for the object itself. */
  readonly subresource: string;
  /** The version in which its paths are spelled. */
  readonly apiVersion: string;
  readonly fields: FieldTree;
}

/**
 * The managers of an object's own fields; those of subresources (status, scale) other than `scale` are left out, since they
 * cannot take a declared field. An entry that does not parse is left out too: it names nobody.
 */
export function fieldManagersOf(live: KubeObject): readonly FieldManager[] {
  return (live.metadata.managedFields ?? []).flatMap((entry) => {
    const manager = textOf(entry, 'manager');
    const operation = textOf(entry, 'operation');
    const subresource = textOf(entry, 'subresource') ?? '';
    const fields = parseFieldsV1(fieldOf(entry, 'fieldsV1') ?? null);
    if (manager === undefined || (operation !== 'Apply' && operation !== 'Update') || (subresource !== '' && subresource !== 'scale') || !fields.ok) return [];
    return [{ manager, operation, time: textOf(entry, 'time'), subresource, apiVersion: textOf(entry, 'apiVersion') ?? '', fields: fields.value }];
  });
}

/** What a manager's record says of the inside of a field; undefined: nothing. */
export function treeAt({ fields }: FieldManager, path: readonly PathStep[]): FieldTree | undefined {
  let at: FieldTree | undefined = fields;
  for (const wanted of path) {
    const text = canonicalJson({ ...wanted });
    at = at?.children.find(({ step }) => canonicalJson({ ...step }) === text)?.tree;
  }
  return at;
}

/**
 * Whether a manager's tree holds the field at `path`: the field itself, something above it that is owned whole (an atomic list or
 * map), or, for a path that ends at a map or list, anything inside it.
 */
export function holdsField(tree: FieldTree, path: readonly PathStep[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return true;
  if (tree.isWhole) return true;
  return tree.children.some((child) => isSameStep(child.step, step) && holdsField(child.tree, rest));
}

function isSameStep(a: PathStep, b: PathStep): boolean {
  if (a.kind === 'field') return b.kind === 'field' && a.name === b.name;
  if (a.kind === 'key') return b.kind === 'key' && hasKeys(b.keys, a.keys);
  if (a.kind === 'index') return b.kind === 'index' && a.index === b.index;
  return b.kind === 'value' && a.value === b.value;
}

/**
 * The declared fields that `tree` no longer holds, walking both together: the tree says how the server tells list items apart,
 * also in custom resources, whose schema is not known here.
 */
export function lostFields(declared: Json, tree: FieldTree | undefined, path: readonly PathStep[]): readonly { readonly path: readonly PathStep[]; readonly declared: Json }[] {
  if (tree === undefined) return [{ path, declared }];
  if (tree.isWhole) return [];
  if (isJsonObject(declared)) {
    return Object.entries(declared).flatMap(([name, member]) => {
      if (member === undefined) return [];
      const child = tree.children.find(({ step }) => step.kind === 'field' && step.name === name);
      return lostFields(member, child?.tree, [...path, { kind: 'field', name }]);
    });
  }
  if (!isJsonList(declared)) return [{ path, declared }];
  return declared.flatMap((item, index) => {
    const child = tree.children.find(({ step }) => leadsTo(step, item, index));
    const shape = tree.children.find(({ step }) => step.kind !== 'field')?.step;
    return lostFields(item, child?.tree, [...path, child?.step ?? stepLike(shape, item, index)]);
  });
}

function leadsTo(step: PathStep, item: Json, index: number): boolean {
  switch (step.kind) {
    case 'key':
      return hasKeys(item, step.keys);
    case 'value':
      return step.value === item;
    case 'index':
      return step.index === index;
    case 'field':
      return false;
  }
}

/** How the server would name an item of this list, judged by the items that are still held. */
function stepLike(shape: PathStep | undefined, item: Json, index: number): PathStep {
  if (shape?.kind === 'value') return { kind: 'value', value: item };
  if (shape?.kind !== 'key' || !isJsonObject(item)) return { kind: 'index', index };
  return { kind: 'key', keys: Object.fromEntries(Object.entries(shape.keys).map(([name, value]) => [name, Object.hasOwn(item, name) ? item[name] : value])) };
}
