import { canonicalJson } from '#kernel';
import type { KubeObject } from '../object/kube-object.js';
import { changedAt, declaredMembers } from './changed-fields.js';
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
  return declaredMembers(sent).flatMap(({ path, declared }) =>
    changedAt(declared, valueAt(stored, path), path).map((changed) => ({ field: formatPath(changed), stored: textAt(stored, changed), isFilledIn: isZero(valueAt(sent, changed)) })),
  );
}

export function isAdmitted(path: readonly PathStep[], live: KubeObject, admitted: readonly AdmittedChange[]): boolean {
  if (admitted.length === 0) return false;
  const field = formatPath(path);
  return admitted.some((change) => change.field === field && change.stored === textAt(live, path));
}

function textAt(object: KubeObject, path: readonly PathStep[]): string | undefined {
  const value = valueAt(object, path);
  return value === undefined ? undefined : canonicalJson(value);
}
