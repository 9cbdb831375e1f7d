import type { Json } from '#kernel';
import { equalJson } from '../json/change-json.js';
import { EMPTY_SET, LEAF, nodeOf, union, type FieldSet } from './field-set.js';
import { fieldSetOf } from './field-set-of.js';
import { descend, partsOf, type MergeSchema } from './merge-schema.js';
import type { PathElement } from './path-element.js';

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

const NOTHING: Comparison = { added: EMPTY_SET, modified: EMPTY_SET, removed: EMPTY_SET };

/** Which fields appeared, changed and went between two objects of one schema. Pure. */
export function compare(schema: MergeSchema, before: Json | undefined, after: Json | undefined): Comparison {
  const old = partsOf(schema, before);
  const now = partsOf(schema, after);
  // A null has no parts, and is no value of another shape either: beside something that has parts it is something empty.
  const isWhole = (isValue(before) && old === undefined) || (isValue(after) && now === undefined);
  if (isWhole) return compareShapes(schema, before, after);
  if ((old?.size ?? 0) === 0 && (now?.size ?? 0) === 0) return compareWhole(before, after);

  const children: { added: Map<PathElement, FieldSet>; modified: Map<PathElement, FieldSet>; removed: Map<PathElement, FieldSet> } = {
    added: new Map(),
    modified: new Map(),
    removed: new Map(),
  };
  for (const element of new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])) {
    const inside = compare(descend(schema, element).schema, old?.get(element)?.value, now?.get(element)?.value);
    children.added.set(element, inside.added);
    children.modified.set(element, inside.modified);
    children.removed.set(element, inside.removed);
  }
  return {
    added: nodeOf(before === undefined, children.added),
    modified: nodeOf(false, children.modified),
    removed: nodeOf(after === undefined, children.removed),
  };
}

export function touchedBy(comparison: Comparison): FieldSet {
  return union(comparison.added, comparison.modified);
}

function isValue(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

/** At least one side counts as a whole: what the other side has below comes or goes with it. */
function compareShapes(schema: MergeSchema, before: Json | undefined, after: Json | undefined): Comparison {
  const whole = compareWhole(before, after);
  if (before === undefined || after === undefined) return whole;
  return { ...whole, added: below(schema, after), removed: below(schema, before) };
}

function below(schema: MergeSchema, value: Json): FieldSet {
  return { ...fieldSetOf(schema, value), isMember: false };
}

function compareWhole(before: Json | undefined, after: Json | undefined): Comparison {
  if (before === undefined) return after === undefined ? NOTHING : { ...NOTHING, added: LEAF };
  if (after === undefined) return { ...NOTHING, removed: LEAF };
  return equalJson(before, after) ? NOTHING : { ...NOTHING, modified: LEAF };
}
