import { textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { healthy, progressing, type Health } from '../health.types.js';

/**
 * A load balancer is ready as soon as it has a cluster IP. Its external address is not asked for: clusters without a
 * load-balancer controller never write one, and every rollout there would wait for ever.
 */
export function serviceHealth(object: KubeObject): Health {
  const isBalancer = textOf(object, 'spec', 'type') === 'LoadBalancer';
  return isBalancer && (textOf(object, 'spec', 'clusterIP') ?? '') === '' ? progressing('No cluster IP yet') : healthy('Exists');
}
