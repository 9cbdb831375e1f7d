import type { Json } from '#kernel';
import { isJsonList, isJsonObject } from '../json/read-json.js';
import { objectRefOf, type KubeObject } from '../object/kube-object.js';
import { FIELD_MANAGER } from '../object/ownership.js';
import { foldStringData } from '../object/secret-data.js';
import type { DriftedObject } from '../target/target-report.js';
import { changedAt, declaredMembers } from './changed-fields.js';
import { fitChanges, showValue, VALUE_LIMITS, type FieldChange } from './field-change.js';
import { fieldManagersOf, holdsField, lostFields, type FieldManager } from './field-managers.js';
import { formatPath, type PathStep } from './field-paths.js';
import { isSecret, maskValue } from './mask-secrets.js';
import { hasKeys } from './merge-keys.js';

const FIELD_LIMIT = 20;
const MANAGER_LIMIT = 10;

/**
 * Whether an object drifted from what we applied, who did it, and the values on both sides, with everything secret masked; undefined when it did not.
 *
 * The server keeps a better record than values: whoever changes a field takes it out of our managed fields. A declared field that
 * is still ours was not touched since we applied it, even if it reads differently (a default, a quantity respelled, a webhook's
 * rewrite); one that is not ours any more and says something else was changed. Values alone are compared where that record is
 * missing or speaks of another API version.
 *
 * @param applied as it was sent
 * @param live undefined only when the server said that the object does not exist; a failed read must not come here
 */
export function compareApplied(applied: KubeObject, live: KubeObject | undefined): DriftedObject | undefined {
  const ref = objectRefOf(applied);
  if (live === undefined) return { ref, kind: 'DELETED', managers: [], fields: [], changes: [], healedAt: undefined };
  const managers = fieldManagersOf(live);
  const ours = managers.find((entry) => entry.manager === FIELD_MANAGER && entry.operation === 'Apply' && entry.apiVersion === applied.apiVersion);
  const changed = declaredMembers(applied).flatMap(({ path, declared }) => (ours === undefined ? changedAt(declared, valueAt(live, path), path) : changedUnowned(declared, live, path, ours)));
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
  return lostFields(declared, tree, path).flatMap((lost) => changedAt(lost.declared, valueAt(live, lost.path), lost.path));
}

function subtree(manager: FieldManager, path: readonly PathStep[]): FieldManager['fields'] | undefined {
  let at: FieldManager['fields'] | undefined = manager.fields;
  for (const wanted of path) {
    at = at?.children.find(({ step }) => step.kind === 'field' && wanted.kind === 'field' && step.name === wanted.name)?.tree;
  }
  return at;
}

/** The value at a path. */
function valueAt(object: KubeObject, path: readonly PathStep[]): Json | undefined {
  let at: Json | undefined = foldStringData(object);
  for (const step of path) at = stepInto(at, step);
  return at;
}

function stepInto(value: Json | undefined, step: PathStep): Json | undefined {
  switch (step.kind) {
    case 'field':
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
    case 'key':
      return isJsonList(value) ? value.find((item) => hasKeys(item, step.keys)) : undefined;
    case 'value':
      return isJsonList(value) ? value.find((item) => item === step.value) : undefined;
    case 'index':
      return isJsonList(value) ? value[step.index] : undefined;
  }
}
