import { fieldOf, isJsonObject, listOf, numberOf, textOf } from '../json/read-json.js';
import { parseApiVersion, type KubeObject, type ObjectRef } from '../object/kube-object.js';
import { NO_COVER, type FieldCover } from './field-cover.js';
import { fieldManagersOf, holdsField } from './field-managers.js';
import type { PathStep } from './field-paths.js';
import { isByHand } from './hand-managers.js';

/** What a HorizontalPodAutoscaler says about one workload of its namespace. */
export interface Autoscaler {
  readonly target: Pick<ObjectRef, 'group' | 'kind' | 'name'>;
  /** It never scales below. 0 where something behind it (KEDA) may scale to nothing. */
  readonly minReplicas: number;
}

const REPLICAS: readonly PathStep[] = [{ kind: 'field', name: 'spec' }, { kind: 'field', name: 'replicas' }];
const REPLICAS_COVER: FieldCover = Object.freeze({ ...NO_COVER, pointers: [['spec', 'replicas']] });

/** Reads a HorizontalPodAutoscaler of any version; one that names no target scales nothing. */
export function readAutoscaler(object: KubeObject): Autoscaler | undefined {
  const target = fieldOf(object, 'spec', 'scaleTargetRef');
  const [kind, name] = [textOf(target, 'kind'), textOf(target, 'name')];
  if (kind === undefined || name === undefined) return undefined;
  const isOfKeda = listOf(object, 'metadata', 'ownerReferences').some((owner) => textOf(owner, 'kind') === 'ScaledObject' && parseApiVersion(textOf(owner, 'apiVersion') ?? '').group === 'keda.sh');
  return { target: { group: parseApiVersion(textOf(target, 'apiVersion') ?? '').group, kind, name }, minReplicas: isOfKeda ? 0 : numberOf(object, 'spec', 'minReplicas') ?? 1 };
}

/** Whether an object declares a number that an autoscaler may want to change. */
export function declaresReplicas(declared: KubeObject): boolean {
  return isJsonObject(declared['spec']) && numberOf(declared, 'spec', 'replicas') !== undefined;
}

/**
 * The replicas of a workload that an autoscaler targets are the autoscaler's, whoever wrote them last: it corrects them itself, and a number from Git
 * would fight it. Not so nothing: an autoscaler rests at 0, so that a 0 that none of them allows is somebody's hand. Pure.
 *
 * @param autoscalers those that target the workload
 */
export function autoscaledCover(live: KubeObject, autoscalers: readonly Autoscaler[]): FieldCover {
  if (autoscalers.length === 0) return NO_COVER;
  const isRestingByHand = numberOf(live, 'spec', 'replicas') === 0 && autoscalers.every(({ minReplicas }) => minReplicas > 0);
  return isRestingByHand ? NO_COVER : REPLICAS_COVER;
}

/** The same where nobody may look for autoscalers: what was scaled through the subresource, and not by a person, is taken for one's work. */
export function scaledCover(live: KubeObject): FieldCover {
  const isScaled = fieldManagersOf(live).some(({ manager, subresource, fields }) => subresource === 'scale' && !isByHand(manager) && holdsField(fields, REPLICAS));
  return isScaled ? REPLICAS_COVER : NO_COVER;
}

export function autoscalersOf(ref: ObjectRef, all: readonly Autoscaler[]): readonly Autoscaler[] {
  return all.filter(({ target }) => target.group === ref.group && target.kind === ref.kind && target.name === ref.name);
}
