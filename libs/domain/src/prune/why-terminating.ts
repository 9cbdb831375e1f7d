import { fieldOf, listOf, textOf } from '../json/read-json.js';
import type { KubeObject } from '../object/kube-object.js';

/** Conditions of a namespace that say what holds its end up, in the order in which they help. */
const TELLING: readonly string[] = ['NamespaceFinalizersRemaining', 'NamespaceContentRemaining', 'NamespaceDeletionContentFailure', 'NamespaceDeletionDiscoveryFailure', 'NamespaceDeletionGroupVersionParsingFailure'];
const MAX_SAID = 300;

/** What a namespace on its way out says holds its end up: finalizers, remaining content, APIs that do not answer. Pure. */
export function holdUpsOf(namespace: KubeObject): readonly string[] {
  const { finalizers = [] } = namespace.metadata;
  const conditions = listOf(namespace, 'status', 'conditions').filter((condition) => fieldOf(condition, 'status') === 'True');
  const said = TELLING.flatMap((type) => conditions.filter((condition) => fieldOf(condition, 'type') === type).map((condition) => (textOf(condition, 'message') ?? type).slice(0, MAX_SAID)));
  return finalizers.length === 0 ? said : [...said, `it has the finalizers ${finalizers.slice(0, 5).join(', ')}`];
}

/** Since when a namespace is being deleted, and what holds it up. Pure. */
export function whyTerminating(namespace: KubeObject): string {
  const { name, deletionTimestamp } = namespace.metadata;
  const holdUps = holdUpsOf(namespace);
  return `namespace ${name} is being deleted${deletionTimestamp === undefined ? '' : ` since ${deletionTimestamp}`}${holdUps.length === 0 ? '' : `: ${holdUps.join('; ')}`}`;
}
