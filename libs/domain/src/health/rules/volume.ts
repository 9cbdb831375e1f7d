import { textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { cut } from '../conditions.js';
import { degraded, healthy, progressing, type Health } from '../health.types.js';

export function volumeClaimHealth(object: KubeObject): Health {
  const phase = textOf(object, 'status', 'phase') ?? 'Pending';
  if (phase === 'Bound') return healthy('Bound');
  return phase === 'Lost' ? degraded('The volume behind the claim is lost') : progressing(`Phase: ${cut(phase)}`);
}

export function volumeHealth(object: KubeObject): Health {
  const phase = textOf(object, 'status', 'phase') ?? 'Pending';
  if (phase === 'Failed') return degraded(cut(`Failed: ${textOf(object, 'status', 'message') ?? 'it could not be reclaimed'}`));
  return phase === 'Pending' ? progressing('Phase: Pending') : healthy(cut(phase));
}
