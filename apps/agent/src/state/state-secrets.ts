import { err, ok, type Result } from '#kernel';
import { PART_OF_LABEL, type KubeObject } from '#domain';
import type { KubeClient, KubeFailure, ResourceInfo } from '#kube';
import type { Fence, StateFailure } from '../reconcile/agent.ports.js';

/** Value of the label by which the Secrets of one kind are listed. */
export type StateKind = 'identity' | 'order' | 'inventory' | 'shard' | 'content' | 'content-part' | 'credential' | 'tests';

export interface SecretToStore {
  readonly name: string;
  readonly kind: StateKind;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, Uint8Array>>;
}

/** A Secret as it was read or written last. `data` is empty when only metadata was asked for. */
export interface StoredSecret {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Of the writer; 0 when nobody said. */
  readonly leaseEpoch: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: ReadonlyMap<string, Buffer>;
}

/** The Secret is no longer the one that the change was made for: read it again. */
export interface ChangedMeanwhile {
  readonly code: 'CHANGED';
}

export const STATE_LABEL = 'capstan.dev/state';
const EPOCH_ANNOTATION = 'capstan.dev/lease-epoch';
const PART_OF = 'capstan-agent';
const ATTEMPTS = 4;
/** A Secret may have 1 MiB: so many fit one answer of the client. */
const FULL_PAGE = 32;
const METADATA_PAGE = 500;

/**
 * The agent's durable state: Secrets of its namespace. Every change is a create or a compare-and-swap on resourceVersion, made under the
 * lease and stamped with its epoch; a Secret that carries a higher epoch is never overwritten. Absent means that the server said so
 * about that very Secret. Safe for concurrent use.
 */
export class StateSecrets {
  constructor(
    private readonly client: KubeClient,
    readonly namespace: string,
    private readonly fence: Fence,
  ) {}

  /** undefined: the server says that it is not there. */
  async get(name: string, signal: AbortSignal): Promise<Result<StoredSecret | undefined, StateFailure>> {
    const resource = await this.#resource(signal);
    if (!resource.ok) return err(unavailable('read', name, resource.error));
    const found = await this.client.get(resource.value, this.namespace, name, { signal });
    if (found.ok) return ok(storedOf(found.value));
    return isAbsent(found.error, name) ? ok(undefined) : err(unavailable('read', name, found.error));
  }

  /** All Secrets of a kind, or of several, or a failure: never a part of them. */
  async list(kind: StateKind | readonly StateKind[], signal: AbortSignal, options: { readonly metadataOnly?: boolean; readonly labels?: Readonly<Record<string, string>> } = {}): Promise<Result<readonly StoredSecret[], StateFailure>> {
    const resource = await this.#resource(signal);
    const kinds = typeof kind === 'string' ? [kind] : kind;
    if (!resource.ok) return err(unavailable('list', kinds.join(', '), resource.error));
    const labelSelector = [`${STATE_LABEL} in (${kinds.join(',')})`, ...Object.entries(options.labels ?? {}).map(([key, value]) => `${key}=${value}`)].join(',');
    const { metadataOnly = false } = options;
    const listed = await this.client.list(resource.value, { namespace: this.namespace, labelSelector, metadataOnly, pageSize: metadataOnly ? METADATA_PAGE : FULL_PAGE, signal });
    return listed.ok ? ok(listed.value.items.map(storedOf)) : err(unavailable('list', kinds.join(', '), listed.error));
  }

  /** Creates the Secret, or replaces exactly `over`. */
  async write(secret: SecretToStore, over: StoredSecret | undefined, signal: AbortSignal): Promise<Result<StoredSecret, StateFailure | ChangedMeanwhile>> {
    const fenced = this.checkFence(over);
    if (fenced !== undefined) return err(fenced);
    const object = this.#objectOf(secret, over);
    const written = over === undefined ? await this.client.create(object, { signal, fieldManager: PART_OF }) : await this.client.replace(object, { signal, fieldManager: PART_OF });
    if (written.ok) return ok(storedOf(written.value));
    const { code } = written.error;
    if (over === undefined ? code === 'ALREADY_EXISTS' : code === 'CONFLICT' || isAbsent(written.error, secret.name)) return err({ code: 'CHANGED' });
    return err(unavailable('write', secret.name, written.error));
  }

  /** Makes the Secret say this, whatever an earlier writer of ours left. @param known what we believe is there */
  async put(secret: SecretToStore, known: StoredSecret | undefined, signal: AbortSignal): Promise<Result<StoredSecret, StateFailure>> {
    let over = known;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const written = await this.write(secret, over, signal);
      if (written.ok) return written;
      if (written.error.code !== 'CHANGED') return err(written.error);
      const there = await this.get(secret.name, signal);
      if (!there.ok) return there;
      over = there.value;
    }
    return err({ code: 'UNAVAILABLE', message: `Secret ${secret.name} changes all the time: somebody else writes it` });
  }

  /** Deletes exactly this Secret, by UID. One that is gone, or is another by now, is fine. */
  async remove(secret: StoredSecret, signal: AbortSignal, isThatVersionOnly = false): Promise<Result<void, StateFailure | ChangedMeanwhile>> {
    const fenced = this.checkFence(secret);
    if (fenced !== undefined) return err(fenced);
    const resource = await this.#resource(signal);
    if (!resource.ok) return err(unavailable('delete', secret.name, resource.error));
    const { uid, name, resourceVersion } = secret;
    const deleted = await this.client.delete(resource.value, this.namespace, name, { uid, signal, ...(isThatVersionOnly ? { resourceVersion } : {}) });
    if (deleted.ok || isAbsent(deleted.error, name)) return ok(undefined);
    if (deleted.error.code === 'CONFLICT') return isThatVersionOnly ? err({ code: 'CHANGED' }) : ok(undefined);
    return err(unavailable('delete', name, deleted.error));
  }

  /** Why nothing may be written over `there`. */
  checkFence(there: StoredSecret | undefined): StateFailure | undefined {
    if (!this.fence.isHeld()) return { code: 'FENCED', message: 'the lease of this agent is not held' };
    if (there !== undefined && there.leaseEpoch > this.fence.epoch) return { code: 'FENCED', message: `Secret ${there.name} was written under lease epoch ${there.leaseEpoch}, this agent has ${this.fence.epoch}` };
    return undefined;
  }

  #resource(signal: AbortSignal): Promise<Result<ResourceInfo, KubeFailure>> {
    return this.client.resolve('', 'Secret', 'v1', { signal });
  }

  #objectOf({ name, kind, labels, annotations, data }: SecretToStore, over: StoredSecret | undefined): KubeObject {
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: this.namespace,
        labels: { [PART_OF_LABEL]: PART_OF, [STATE_LABEL]: kind, ...labels },
        annotations: { [EPOCH_ANNOTATION]: String(this.fence.epoch), ...annotations },
        ...(over === undefined ? {} : { uid: over.uid, resourceVersion: over.resourceVersion }),
      },
      type: 'Opaque',
      data: Object.fromEntries(Object.entries(data).map(([key, bytes]) => [key, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')])),
    };
  }
}

function storedOf(object: KubeObject): StoredSecret {
  const { name, uid = '', resourceVersion = '', labels = {}, annotations = {} } = object.metadata;
  const epoch = Number(annotations[EPOCH_ANNOTATION] ?? 0);
  const data = object['data'];
  const entries = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  return {
    name, uid, resourceVersion, labels, annotations,
    leaseEpoch: Number.isSafeInteger(epoch) && epoch >= 0 ? epoch : 0,
    data: new Map(entries.map(([key, text]) => [key, Buffer.from(String(text), 'base64')])),
  };
}

/** A NotFound about something else (a namespace, a proxy's idea) says nothing about this Secret. */
function isAbsent({ code, subject }: KubeFailure, name: string): boolean {
  return code === 'NOT_FOUND' && subject?.name === name && subject.resource === 'secrets';
}

function unavailable(verb: string, what: string, failure: KubeFailure): StateFailure {
  return { code: 'UNAVAILABLE', message: `cannot ${verb} Secret ${what}: ${failure.code}: ${failure.message}` };
}
