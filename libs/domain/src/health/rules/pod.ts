import type { Json } from '#kernel';
import { listOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, cut, dateOf, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, type Health } from '../health.types.js';

/** How long the scheduler may look for a node before a pod counts as unschedulable. */
const SCHEDULE_WINDOW_MS = 15_000;
/** Waiting reasons that do not pass by themselves, as a rule. */
const STUCK = ['CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'InvalidImageName', 'ErrImageNeverPull', 'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

export function podHealth(object: KubeObject, now: Date): Health {
  const phase = textOf(object, 'status', 'phase') ?? '';
  if (phase === 'Succeeded') return healthy('Completed');
  if (phase === 'Failed') return degraded(cut(`Failed: ${textOf(object, 'status', 'message') ?? textOf(object, 'status', 'reason') ?? 'see its containers'}`));
  if (phase === 'Running' && conditionOf(object, 'Ready')?.status === 'True') return healthy('Ready');

  const stuck = [...listOf(object, 'status', 'initContainerStatuses'), ...listOf(object, 'status', 'containerStatuses')].filter(isStuck);
  if (stuck.length > 0) return degraded(cut(`Containers: ${stuck.map(sayStuck).join(', ')}`));
  if (phase === 'Running') return progressing('Running, not ready yet');
  if (phase !== 'Pending') return progressing(phase === '' ? 'Not seen by the scheduler yet' : cut(`Phase: ${phase}`));

  const scheduled = conditionOf(object, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return progressing('Pending');
  const created = dateOf(textOf(object, 'metadata', 'creationTimestamp'));
  const isYoung = created === undefined || now.getTime() - created.getTime() < SCHEDULE_WINDOW_MS;
  return isYoung ? progressing('Not scheduled yet') : degraded(sayCondition(scheduled));
}

function isStuck(status: Json): boolean {
  return STUCK.includes(textOf(status, 'state', 'waiting', 'reason') ?? '');
}

function sayStuck(status: Json): string {
  return `${textOf(status, 'name') ?? '?'} (${textOf(status, 'state', 'waiting', 'reason') ?? '?'})`;
}
