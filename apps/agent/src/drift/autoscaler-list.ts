import { err, ok, type MonotonicClock, type Result } from '#kernel';
import { autoscalersOf, readAutoscaler, type Autoscaler, type ObjectRef } from '#domain';
import type { KubeFailure } from '#kube';
import type { ObjectReader } from '../apply/object-reader.js';

type Listed = Result<readonly Autoscaler[] | 'FORBIDDEN', KubeFailure>;

/** One list serves all workloads of a namespace that are applied within this time. */
const FRESH_MS = 1_000;
const MAX_NAMESPACES = 1_000;

/** Which autoscalers target a workload. Asked when a number of replicas is applied or differs, never watched. */
export class AutoscalerList {
  readonly #known = new Map<string, { readonly atMs: number; readonly listed: Promise<Listed> }>();

  constructor(
    private readonly reader: ObjectReader,
    private readonly monotonic: MonotonicClock,
  ) {}

  /**
   * FORBIDDEN: no account may look. Every other failure is one: an autoscaler that could not be seen is not one that is absent.
   *
   * @param mayBeOld a list of a moment ago will do. Not before undoing what an autoscaler may just have done
   */
  async of(ref: ObjectRef, mayBeOld: boolean, signal: AbortSignal): Promise<Listed> {
    const nowMs = this.monotonic.nowMs();
    const known = this.#known.get(ref.namespace);
    const isFresh = mayBeOld && known !== undefined && nowMs - known.atMs < FRESH_MS;
    const listed = isFresh ? known.listed : this.#list(ref.namespace, signal);
    if (!isFresh) {
      if (this.#known.size >= MAX_NAMESPACES) this.#known.clear();
      this.#known.set(ref.namespace, { atMs: nowMs, listed });
    }
    const found = await listed;
    if (!found.ok) {
      this.#known.delete(ref.namespace);
      return found;
    }
    return ok(found.value === 'FORBIDDEN' ? found.value : autoscalersOf(ref, found.value));
  }

  async #list(namespace: string, signal: AbortSignal): Promise<Listed> {
    const address = { ref: { group: 'autoscaling', kind: 'HorizontalPodAutoscaler', namespace, name: '' }, apiVersion: 'autoscaling/v2' };
    const resource = await this.reader.resolveAny(address, signal);
    if (!resource.ok) return resource.error.code === 'KIND_NOT_FOUND' ? ok([]) : err(resource.error);
    const listed = await this.reader.asWhoMay(resource.value, (client) => client.list(resource.value, { namespace, signal }));
    if (!listed.ok) return listed.error.code === 'FORBIDDEN' ? ok('FORBIDDEN') : listed;
    return ok(listed.value.items.flatMap((item) => readAutoscaler(item) ?? []));
  }
}
