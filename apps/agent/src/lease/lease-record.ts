import type { KubeObject } from '#domain';

/** What a Lease says. Times are not read: clocks of others are not trusted, only changes of the record are. */
export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string;
  readonly durationMs: number;
  /** `leaseTransitions`: the fencing epoch. */
  readonly epoch: number;
  readonly uid: string;
  readonly resourceVersion: string;
}

export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

export function readLease(object: KubeObject): LeaseRecord {
  const spec = object['spec'];
  const field = (key: string): unknown => (typeof spec === 'object' && spec !== null && key in spec ? Reflect.get(spec, key) : undefined);
  const [holder, seconds, epoch] = [field('holderIdentity'), field('leaseDurationSeconds'), field('leaseTransitions')];
  return {
    holder: typeof holder === 'string' ? holder : '',
    durationMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0,
    epoch: typeof epoch === 'number' && Number.isSafeInteger(epoch) && epoch >= 0 ? epoch : 0,
    uid: object.metadata.uid ?? '',
    resourceVersion: object.metadata.resourceVersion ?? '',
  };
}

/** The Lease to write. @param over what it replaces, by compare-and-swap; undefined: the first one */
export function leaseObject({ namespace, name }: LeaseName, said: { readonly holder: string; readonly durationMs: number; readonly epoch: number; readonly at: Date }, over: LeaseRecord | undefined): KubeObject {
  const time = said.at.toISOString().replace('Z', '000Z'); // microseconds, as the API wants them
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, ...(over === undefined ? {} : { uid: over.uid, resourceVersion: over.resourceVersion }) },
    spec: { holderIdentity: said.holder, leaseDurationSeconds: Math.ceil(said.durationMs / 1000), leaseTransitions: said.epoch, renewTime: time, acquireTime: time },
  };
}
