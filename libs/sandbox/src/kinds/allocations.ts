import type { JsonObject } from '#kernel';
import type { ClusterContext } from '../cluster-context.js';
import { withAt, withDefaults } from '../json/change-json.js';
import { at, isObject, stringAt, stringsAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';
import { mapAt } from './pod-defaults.js';

/** They keep a volume or claim until nothing uses it any more. */
export const IN_USE_FINALIZERS: Readonly<Record<string, string>> = { '/PersistentVolumeClaim': 'kubernetes.io/pvc-protection', '/PersistentVolume': 'kubernetes.io/pv-protection' };

/** What the server gives a new object by itself and nobody owns: addresses and ports of Services, selectors of Jobs, finalizers of volumes. */
export function withAllocations(cluster: ClusterContext, type: ResourceType, object: JsonObject): JsonObject {
  if (type.group === '' && type.kind === 'Service') return withServiceAddresses(cluster, object);
  if (type.group === 'batch' && type.kind === 'Job') return withJobSelector(cluster, object);
  if (type.group === 'apps' && type.kind === 'DaemonSet') return withDefaults(object, { metadata: { annotations: { 'deprecated.daemonset.template.generation': '1' } } });
  const inUse = IN_USE_FINALIZERS[`${type.group}/${type.kind}`];
  return inUse === undefined ? object : withAt(object, ['metadata', 'finalizers'], [...new Set([...stringsAt(object, 'metadata', 'finalizers'), inUse])]);
}

function withServiceAddresses(cluster: ClusterContext, object: JsonObject): JsonObject {
  const type = stringAt(object, 'spec', 'type');
  if (type === 'ExternalName') return object;
  const given = stringAt(object, 'spec', 'clusterIP') ?? '';
  const address = given === '' ? freeAddress(cluster) : given;
  const addressed = withDefaults({ ...object, spec: { ...(isObject(object['spec']) ? object['spec'] : {}), clusterIP: address } }, { spec: { clusterIPs: [address], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } });
  if (type === 'ClusterIP' || !isObject(addressed['spec'])) return addressed;
  const base = 30_000 + (cluster.store.revision % 2_700);
  let offset = 0;
  return { ...addressed, spec: mapAt(addressed['spec'], 'ports', (port) => withDefaults(port, { nodePort: base + offset++ })) };
}

function freeAddress(cluster: ClusterContext): string {
  const taken = new Set(cluster.store.list('/services').map((service) => stringAt(service, 'spec', 'clusterIP')));
  for (let number = 10; number < 65_000; number += 1) {
    const address = `10.96.${Math.floor(number / 250)}.${(number % 250) + 1}`;
    if (!taken.has(address)) return address;
  }
  throw new Error('no cluster address left'); // the pool is larger than any sandbox gets
}

/** A Job without a selector of its own gets one by a label that is its alone. */
function withJobSelector(cluster: ClusterContext, object: JsonObject): JsonObject {
  if (at(object, 'spec', 'selector') !== undefined) return object;
  const id = cluster.ids.uuid();
  const name = stringAt(object, 'metadata', 'name') ?? '';
  const labels = { 'batch.kubernetes.io/controller-uid': id, 'batch.kubernetes.io/job-name': name, 'controller-uid': id, 'job-name': name };
  return withDefaults(object, { metadata: { labels }, spec: { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': id } }, template: { metadata: { labels } } } });
}
