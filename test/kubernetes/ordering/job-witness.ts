import type { KubeClient } from '#kube';
import { until } from '#testing';
import { must } from '../../contract/kubernetes/contract-server.js';

interface Seen {
  readonly type: 'ADDED' | 'DELETED';
  readonly job: string;
  readonly uid: string;
}

/**
 * The Jobs that came into being and went, by UID, as the API server's own watch tells: every state that was stored, in its order. The audit log cannot tell that of a
 * process that is killed: a request whose connection is cut may be logged as failed after its object was stored.
 */
export class JobWitness {
  readonly #seen: Seen[] = [];
  readonly #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #failure: string | undefined;

  private constructor() {}

  /** Sees whatever happens from here on. */
  static async begin(client: KubeClient): Promise<JobWitness> {
    const witness = new JobWitness();
    const jobs = must(await client.resolve('batch', 'Job'));
    const { resourceVersion } = must(await client.list(jobs));
    witness.#ended = witness.#watch(client.watch(jobs, { resourceVersion, lifetimeMs: 1_200_000, signal: witness.#stop.signal }));
    return witness;
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  /** Names of the Jobs that were created in a namespace, each object once, once the deletion of the last of them has been seen. */
  async created(namespace: string, lastDeleted: string): Promise<readonly string[]> {
    const last = `${namespace}/${lastDeleted}`;
    await until(`Job ${last} goes`, 60_000, () => this.#seen.some(({ type, job }) => type === 'DELETED' && job === last) || undefined, () => this.#failure ?? '');
    if (this.#failure !== undefined) throw new Error(this.#failure);
    const created = this.#seen.filter(({ type, job }) => type === 'ADDED' && job.startsWith(`${namespace}/`));
    return [...new Map(created.map(({ uid, job }) => [uid, job.slice(namespace.length + 1)])).values()];
  }

  async #watch(events: ReturnType<KubeClient['watch']>): Promise<void> {
    for await (const event of events) {
      if (event.type === 'ADDED' || event.type === 'DELETED') {
        const { namespace = '', name, uid = '' } = event.object.metadata;
        this.#seen.push({ type: event.type, job: `${namespace}/${name}`, uid });
      } else if (event.type === 'ENDED' && !this.#stop.signal.aborted) {
        this.#failure = `the witness saw no more: ${event.failure?.message ?? 'the watch was closed'}`;
      }
    }
  }
}
