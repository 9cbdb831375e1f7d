import { canonicalJson } from '#kernel';
import type { KubeObject } from '../object/kube-object.js';
import { changedAt, declaredMembers } from './changed-fields.js';
import { fieldManagersOf, treeAt, type FieldManager } from './field-managers.js';
import { formatPath, type PathStep } from './field-paths.js';
import { valueAt } from './field-value.js';
import { isZero } from './same-value.js';

/** A field of our own apply that the API server stored with another value: a webhook or a default has changed it on the way in. */
export interface AdmittedChange {
  readonly field: string;
  /** Canonical JSON of what was stored; undefined: it was dropped. */
  readonly stored: string | undefined;
  /** Nothing was declared but an empty value, which the server may fill in. */
  readonly isFilledIn: boolean;
}

/**
 * What admission made of an apply, by its own answer. To write the same again would give the same again: where the
 * live value is the one that admission gave, it is no drift. Pure.
 *
 * @param sent the body of the apply
 * @param stored the answer to it
 */
export function admittedChanges(sent: KubeObject, stored: KubeObject): readonly AdmittedChange[] {
  const managers = fieldManagersOf(stored);
  return declaredMembers(sent).flatMap(({ path, declared }) =>
    changedAt(declared, valueAt(stored, path), path).filter((changed) => !isInKeyedList(changed, managers)).map((changed) => ({ field: formatPath(changed), stored: textAt(stored, changed), isFilledIn: isZero(valueAt(sent, changed)) })),
  );
}

export function isAdmitted(path: readonly PathStep[], live: KubeObject, admitted: readonly AdmittedChange[]): boolean {
  if (admitted.length === 0) return false;
  const field = formatPath(path);
  return admitted.some((change) => change.field === field && change.stored === textAt(live, path));
}

/** An index means nothing in a list whose items the server tells apart by keys that are not known here: others may have put theirs before ours. */
function isInKeyedList(path: readonly PathStep[], managers: readonly FieldManager[]): boolean {
  return path.some((_step, index) => {
    const next = path[index + 1];
    return (next === undefined || next.kind === 'index') && managers.some((manager) => treeAt(manager, path.slice(0, index + 1))?.children.some(({ step }) => step.kind === 'key') === true);
  });
}

function textAt(object: KubeObject, path: readonly PathStep[]): string | undefined {
  const value = valueAt(object, path);
  return value === undefined ? undefined : canonicalJson(value);
}
