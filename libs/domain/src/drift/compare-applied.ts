import type { Json } from '#kernel';
import { applyOptionsOf } from '../apply/apply-options.js';
import { objectRefOf, type KubeObject } from '../object/kube-object.js';
import { FIELD_MANAGER } from '../object/ownership.js';
import type { DriftedObject } from '../target/target-report.js';
import { isAdmitted, type AdmittedChange } from './admitted-changes.js';
import { changedAt, declaredMembers } from './changed-fields.js';
import { fitChanges, showValue, VALUE_LIMITS, type FieldChange } from './field-change.js';
import { isCovered, NO_COVER, type FieldCover } from './field-cover.js';
import { fieldManagersOf, holdsField, lostFields, type FieldManager } from './field-managers.js';
import { formatPath, type PathStep } from './field-paths.js';
import { duplicateOnTheWay, valueAt } from './field-value.js';
import { isSecret, maskValue } from './mask-secrets.js';

const FIELD_LIMIT = 20;
const MANAGER_LIMIT = 10;

/** Differences of one object that are none. */
export interface Tolerance {
  readonly cover: FieldCover;
  /** What admission made of our own last apply. */
  readonly admitted: readonly AdmittedChange[];
  /** Fields that our last apply sent as they were live: that they are ours in name says nothing of them. */
  readonly kept: readonly (readonly PathStep[])[];
}

export const NO_TOLERANCE: Tolerance = Object.freeze({ cover: NO_COVER, admitted: [], kept: [] });

/**
 * Whether an object drifted from what we applied, who did it, and the values on both sides, with everything secret masked; undefined when it did not.
 *
 * The server keeps a better record than values: whoever changes a field takes it out of our managed fields. A declared field that
 * is still ours was not touched since we applied it, even if it reads differently (a default, a quantity respelled, a webhook's
 * rewrite); one that is not ours any more and says something else was changed. Values alone are compared where that record is
 * missing or speaks of another API version.
 *
 * What is created once and never changed cannot drift; it can only be gone.
 *
 * @param applied as Git declares it
 * @param live undefined only when the server said that the object does not exist; a failed read must not come here
 */
export function compareApplied(applied: KubeObject, live: KubeObject | undefined, tolerance: Tolerance = NO_TOLERANCE): DriftedObject | undefined {
  const ref = objectRefOf(applied);
  if (live === undefined) return { ref, kind: 'DELETED', managers: [], fields: [], changes: [], healedAt: undefined };
  if (applyOptionsOf(applied.metadata).mode === 'CREATE_ONLY') return undefined;
  const managers = fieldManagersOf(live);
  const { cover, admitted, kept } = tolerance;
  const changed = changedPaths(applied, live, managers, kept).filter((path) => !isCovered(path, cover, applied, managers) && !isAdmitted(path, live, admitted));
  if (changed.length === 0) return undefined;
  const shown = [...new Map(changed.map((path) => [formatPath(path), path]))].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).slice(0, FIELD_LIMIT);
  const isOfSecret = isSecret(applied) || isSecret(live);
  return {
    ref,
    kind: 'CHANGED',
    managers: takersOf(changed, managers).slice(0, MANAGER_LIMIT),
    fields: shown.map(([text]) => text),
    changes: fitChanges(shown.map(([text, path]) => changeAt(path, text, { applied, live, managers, isOfSecret })), VALUE_LIMITS.object).changes,
    healedAt: undefined,
  };
}

/** Whether the two differ at all, before anything is tolerated: what is tolerated need not be found out for an object that does not. */
export function differs(applied: KubeObject, live: KubeObject, kept: Tolerance['kept']): boolean {
  return changedPaths(applied, live, fieldManagersOf(live), kept).length > 0;
}

function changedPaths(applied: KubeObject, live: KubeObject, managers: readonly FieldManager[], kept: Tolerance['kept']): readonly (readonly PathStep[])[] {
  const ours = managers.find((entry) => entry.manager === FIELD_MANAGER && entry.operation === 'Apply' && entry.apiVersion === applied.apiVersion);
  if (ours === undefined) return declaredMembers(applied).flatMap(({ path, declared }) => changedAt(declared, valueAt(live, path), path));
  return [
    ...declaredMembers(applied).flatMap(({ path, declared }) => changedUnowned(declared, live, path, ours)),
    ...kept.flatMap((path) => changedAt(valueAt(applied, path) ?? null, valueAt(live, path), path)),
  ];
}

interface Compared {
  readonly applied: KubeObject;
  readonly live: KubeObject;
  readonly managers: readonly FieldManager[];
  readonly isOfSecret: boolean;
}

function changeAt(path: readonly PathStep[], text: string, { applied, live, managers, isOfSecret }: Compared): FieldChange {
  const [expected, now] = [maskValue(valueAt(applied, path), path, isOfSecret), maskValue(valueAt(live, path), path, isOfSecret)];
  const [shownExpected, shownNow] = [showValue(expected.value, VALUE_LIMITS.value), showValue(now.value, VALUE_LIMITS.value)];
  return {
    path: text,
    manager: takersOf([path], managers)[0],
    expected: shownExpected.text,
    live: shownNow.text,
    isMasked: expected.isMasked || now.isMasked,
    isTruncated: shownExpected.isTruncated || shownNow.isTruncated,
  };
}

/**
 * The managers that hold one of the fields now, other than our own apply; by name. Empty when nobody does: a field that was
 * removed has no manager.
 */
export function takersOf(paths: readonly (readonly PathStep[])[], managers: readonly FieldManager[]): readonly string[] {
  const others = managers.filter((entry) => !(entry.manager === FIELD_MANAGER && entry.operation === 'Apply'));
  return [...new Set(others.filter(({ fields }) => paths.some((path) => holdsField(fields, path))).map(({ manager }) => manager))].toSorted();
}

function changedUnowned(declared: Json, live: KubeObject, path: readonly PathStep[], ours: FieldManager): readonly (readonly PathStep[])[] {
  const tree = subtree(ours, path);
  return lostFields(declared, tree, path).flatMap((lost) => {
    const duplicate = duplicateOnTheWay(live, lost.path);
    return duplicate === undefined ? changedAt(lost.declared, valueAt(live, lost.path), lost.path) : [duplicate];
  });
}

function subtree(manager: FieldManager, path: readonly PathStep[]): FieldManager['fields'] | undefined {
  let at: FieldManager['fields'] | undefined = manager.fields;
  for (const wanted of path) {
    at = at?.children.find(({ step }) => step.kind === 'field' && wanted.kind === 'field' && step.name === wanted.name)?.tree;
  }
  return at;
}
