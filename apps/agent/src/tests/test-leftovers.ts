import { backoffMs } from '#kernel';
import { claimOf, HOOK_RUN_ANNOTATION, hookMark, type HookLeftover, type TargetId } from '#domain';
import { removeHookObjects } from '../hooks/remove-hook-objects.js';
import type { ObjectReader } from '../apply/object-reader.js';
import type { AgentPorts, TestRecord } from '../reconcile/agent.ports.js';
import type { ObjectIndex } from '../reconcile/object-index.js';

const AGAIN = { baseMs: 500, maxMs: 30_000 };
/** Attempts after which the log names what does not go. */
const TELL_AFTER = 8;

/** Takes away what runs of tests have created, and goes on trying until nothing is left. Its records outlive the process; who holds it holds one `sweep` per record. */
export class TestLeftovers {
  readonly #open = new Map<string, TestRecord>();

  constructor(
    private readonly ports: AgentPorts,
    private readonly reader: ObjectReader,
    private readonly index: ObjectIndex,
  ) {}

  /** Runs of a target of which something may be left. */
  countOf(target: TargetId): number {
    return [...this.#open.values()].filter((record) => record.target === target).length;
  }

  /** A run that begins: durable before its first object. Answers with why it may not. */
  async open(record: TestRecord, signal: AbortSignal): Promise<string | undefined> {
    const written = await this.ports.tests.put(record, signal);
    if (!written.ok) return written.error.message;
    this.#open.set(record.run, record);
    return undefined;
  }

  /** What a process before this one left; read again and again until it could be. */
  async load(signal: AbortSignal): Promise<readonly TestRecord[]> {
    for (let attempt = 1; ; attempt += 1) {
      const records = await this.ports.tests.loadAll(signal);
      if (records.ok) {
        const found = records.value.filter(({ run }) => !this.#open.has(run));
        for (const record of found) this.#open.set(record.run, record);
        return found;
      }
      await this.ports.timers.sleep(backoffMs(AGAIN, attempt, this.ports.random), signal);
    }
  }

  /** Resolves when nothing of a run is left; rejects only when `signal` aborts. */
  async sweep(record: TestRecord, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const left = await this.#clear(record, signal);
      if (left === undefined && (await this.ports.tests.drop(record.run, signal)).ok) break;
      if (attempt === TELL_AFTER) this.ports.log.warn('what a run of tests has created does not go', { target: record.target, run: record.run, message: left });
      await this.ports.timers.sleep(backoffMs(AGAIN, attempt, this.ports.random), signal);
    }
    this.#open.delete(record.run);
  }

  /** One attempt: what was created last goes first, each by its mark and under its UID. Answers with what is still there; undefined: nothing. */
  async #clear({ target, run, owner, objects }: TestRecord, signal: AbortSignal): Promise<string | undefined> {
    const { ports, reader, index } = this;
    let left: string | undefined;
    for (const { ref, apiVersion } of objects.toReversed()) {
      signal.throwIfAborted();
      const read = await reader.read({ ref, apiVersion }, { metadataOnly: true, signal });
      if (!read.ok && read.error.code !== 'KIND_NOT_FOUND') left = read.error.message;
      const meta = read.ok ? read.value?.metadata : undefined;
      if (meta === undefined || claimOf(meta, owner).kind !== 'OURS' || meta.annotations?.[HOOK_RUN_ANNOTATION] !== hookMark(run, 'test')) continue;
      const one: HookLeftover = { ref, apiVersion, uid: meta.uid ?? '' };
      const removed = await removeHookObjects({ ports, reader, owner, index, runtime: { target }, signal }, [one], 'TOMBSTONE');
      if (removed.kind !== 'done') left = removed.why.message;
      else if (removed.value.left.size > 0) left = removed.value.messages[0] ?? `${ref.kind} ${ref.name} is on its way out`;
    }
    return left;
  }
}
