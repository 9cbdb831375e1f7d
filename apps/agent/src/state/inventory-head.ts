import { err, ok, type Failpoints, type Result } from '#kernel';
import { parseHead, type HubId, type InventoryHead, type TargetHead } from '#domain';
import type { StateFailure } from '../reconcile/agent.ports.js';
import { decompress } from './compress.js';
import { fitHead, MAX_HEAD_BYTES, type Fitted, type HeadChange } from './fit-head.js';
import type { StateFailpoint } from './state-failpoints.js';
import type { StateSecrets, StoredSecret } from './state-secrets.js';

/** The inventory in this cluster was written for another hub. Nothing is taken over: its objects belong to orders that we do not have. */
export interface OtherHub {
  readonly code: 'OTHER_HUB';
  readonly hub: HubId;
}

const NAME = 'capstan-inventory';
const KEY = 'head.json.gz';
const ATTEMPTS = 4;

interface Held {
  readonly head: InventoryHead;
  readonly secret: StoredSecret;
}

interface Waiting {
  readonly change: HeadChange;
  readonly settle: (result: Result<void, StateFailure>) => void;
}

/**
 * The head of the inventory: one Secret, changed by compare-and-swap only, each time stamped with our lease epoch. Changes that come
 * while one is being written go out together with the next. After a write in doubt the head is read again before anything is built on it.
 */
export class InventoryHeadSecret {
  private held: Held | undefined;
  private waiting: Waiting[] = [];
  private writer: Promise<void> | undefined;
  private readonly texts = new WeakMap<TargetHead, string>();

  constructor(
    private readonly secrets: StateSecrets,
    private readonly epoch: () => number,
    private readonly failpoints: Failpoints,
  ) {}

  /** The head as the cluster has it, whoever wrote it; undefined: the server says that there is none. */
  async peek(signal: AbortSignal): Promise<Result<InventoryHead | undefined, StateFailure>> {
    const read = await this.read(signal);
    return read.ok ? ok(read.value?.head) : read;
  }

  /** Makes the head ours: from now on every writer of an older epoch fails its compare-and-swap. Makes the first one of a cluster. */
  async claim(hub: HubId, signal: AbortSignal): Promise<Result<InventoryHead, StateFailure | OtherHub>> {
    const read = await this.read(signal);
    if (!read.ok) return read;
    if (read.value !== undefined && read.value.head.hub !== hub) return err({ code: 'OTHER_HUB', hub: read.value.head.hub });
    const empty: InventoryHead = { hub, leaseEpoch: 0, floor: { epoch: 0n, generation: 0n }, targets: [] };
    this.held = read.value;
    const claimed = await this.swap(await this.fitted(read.value?.head ?? empty, []), signal);
    return claimed.ok ? ok(claimed.value.head) : claimed;
  }

  /** The head to read from: what we wrote last, or what is there. */
  async current(signal: AbortSignal): Promise<Result<InventoryHead, StateFailure>> {
    const held = await this.settled(signal);
    return held.ok ? ok(held.value.head) : held;
  }

  /** Durable when it resolves ok. `change` may be called more than once. */
  change(change: HeadChange, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const { promise, resolve } = Promise.withResolvers<Result<void, StateFailure>>();
    this.waiting.push({ change, settle: resolve });
    this.writer ??= this.write(signal).finally(() => {
      this.writer = undefined;
    });
    return promise;
  }

  private async write(signal: AbortSignal): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      let result: Result<ReadonlySet<HeadChange>, StateFailure>;
      try {
        result = await this.writeBatch(batch.map(({ change }) => change), signal);
      } catch (error) {
        result = err({ code: 'UNAVAILABLE', message: error instanceof Error ? error.message : 'the head could not be written' });
      }
      for (const { change, settle } of batch) settle(!result.ok ? result : result.value.has(change) ? err(FULL) : ok(undefined));
    }
  }

  /** Answers with the changes for which there is no room. */
  private async writeBatch(changes: readonly HeadChange[], signal: AbortSignal): Promise<Result<ReadonlySet<HeadChange>, StateFailure>> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const held = await this.settled(signal);
      if (!held.ok) return held;
      const fitted = await this.fitted(held.value.head, changes);
      if (fitted.refused.size === changes.length) return ok(fitted.refused);
      const swapped = await this.swap(fitted, signal);
      if (swapped.ok) {
        await this.failpoints.hit('agent.state.after-head' satisfies StateFailpoint);
        return ok(fitted.refused);
      }
      if (swapped.error.message !== CHANGED) return swapped;
    }
    return err({ code: 'UNAVAILABLE', message: `Secret ${NAME} changes all the time: somebody else writes it` });
  }

  /** With our lease epoch on it. */
  private fitted(head: InventoryHead, changes: readonly HeadChange[]): Promise<Fitted> {
    return fitHead({ ...head, leaseEpoch: this.epoch() }, changes, this.texts);
  }

  private async swap({ head, packed }: Fitted, signal: AbortSignal): Promise<Result<Held, StateFailure>> {
    const data = { [KEY]: packed };
    const over = this.held?.secret;
    this.held = undefined; // in doubt until the answer
    const written = await this.secrets.write({ name: NAME, kind: 'inventory', data }, over, signal);
    if (!written.ok) return err(written.error.code === 'CHANGED' ? { code: 'UNAVAILABLE', message: CHANGED } : written.error);
    this.held = { head, secret: { ...written.value, data: new Map() } };
    return ok(this.held);
  }

  private async settled(signal: AbortSignal): Promise<Result<Held, StateFailure>> {
    if (this.held !== undefined) return ok(this.held);
    const read = await this.read(signal);
    if (!read.ok) return read;
    if (read.value === undefined) return err({ code: 'CORRUPT', message: `Secret ${NAME} has vanished: what this cluster runs for Capstan is unknown until it is restored` });
    if (read.value.head.leaseEpoch > this.epoch()) return err({ code: 'FENCED', message: 'an agent with a newer lease has written the inventory' });
    this.held = read.value;
    return ok(read.value);
  }

  private async read(signal: AbortSignal): Promise<Result<Held | undefined, StateFailure>> {
    const found = await this.secrets.get(NAME, signal);
    if (!found.ok) return found;
    if (found.value === undefined) return ok(undefined);
    const text = await decompress(found.value.data.get(KEY) ?? new Uint8Array(), MAX_HEAD_BYTES);
    const head = text.ok ? parseHead(text.value) : text;
    if (!head.ok) return err({ code: 'CORRUPT', message: `Secret ${NAME}: ${typeof head.error === 'string' ? head.error : head.error.code}` });
    return ok({ head: head.value, secret: { ...found.value, data: new Map() } });
  }
}

/** Marks the one failure after which the same change is tried on the newer head. */
const CHANGED = 'the head was changed meanwhile';

const FULL: StateFailure = {
  code: 'FULL',
  message: `Secret ${NAME} has no room for more hooks or applications: of all that this cluster runs it holds 1 MiB. Let one Job run several steps, drop \`generateName\` from hooks, or remove applications`,
};
