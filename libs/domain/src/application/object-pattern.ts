import type { ObjectRef } from '../object/kube-object.js';

/** Which objects a rule or a patch is about: every member that is given must match, an absent one matches everything. */
export interface ObjectPattern {
  /** API group; '' is the core group. */
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Whether a pattern means an object. Pure. */
export function matchesPattern({ group, kind, namespace, name }: ObjectPattern, ref: ObjectRef): boolean {
  return (group ?? ref.group) === ref.group && (kind ?? ref.kind) === ref.kind && (namespace ?? ref.namespace) === ref.namespace && (name ?? ref.name) === ref.name;
}

/** What a person reads: `Deployment.apps web/podinfo`, with `*` for what a pattern leaves open. Pure. */
export function formatPattern({ group, kind, namespace, name }: ObjectPattern): string {
  const ofGroup = group === undefined || group === '' ? '' : `.${group}`;
  return `${kind ?? '*'}${ofGroup} ${namespace === undefined ? '' : `${namespace}/`}${name ?? '*'}`;
}
