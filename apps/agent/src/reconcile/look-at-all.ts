import { jitterMs, ok, type Result } from '#kernel';
import { objectKey, TARGET_LABEL, targetLabelValue, type KubeObject, type LiveEntry } from '#domain';
import type { KubeFailure } from '#kube';
import { inParallel } from '../apply/in-parallel.js';
import { findTolerance } from '../drift/find-tolerance.js';
import { observeObject } from '../health/observe-object.js';
import type { StepContext } from './step.js';

/** Fewer objects of one kind and namespace are looked at one by one. */
const WORTH_A_LIST = 20;
/** Of one page. */
const PAGE_BYTES = 1024 * 1024;

/**
 * The comparison of everything that is due now and then and after a start, before the pass, which then has nothing to look at that has not changed since. Many
 * objects of a kind are read by the pages of a list. One that is there as applied is noted; for any other, and for all that no list told of, a look of its own is
 * asked for: only that finds drift, or an object gone. Writes nothing.
 */
export async function lookAtAll(context: StepContext): Promise<void> {
  const { runtime, ports } = context;
  const nowMs = ports.monotonic.nowMs();
  if (nowMs < runtime.compareAllAtMs) return;
  runtime.compareAllAtMs = nowMs + jitterMs(ports.settings.fullCompareMs, 0.2, ports.random);
  const entries = (runtime.inventory?.entries ?? []).filter((entry): entry is LiveEntry => entry.state === 'LIVE' && !runtime.undeclared.has(objectKey(entry.ref)));
  for (const group of Map.groupBy(entries, ({ apiVersion, ref }) => `${apiVersion}/${ref.kind}@${ref.namespace}`).values()) {
    const rest = new Map(group.map((entry) => [objectKey(entry.ref), entry]));
    if (group.length >= WORTH_A_LIST) await lookByList(context, rest);
    for (const key of rest.keys()) runtime.touched.add(key);
  }
}

/** @param rest entries of one kind in one namespace, by key; those that are as applied are taken out. What a list that failed did not tell stays in. */
async function lookByList(context: StepContext, rest: Map<string, LiveEntry>): Promise<void> {
  const { reader, owner, ports, signal } = context;
  const [first] = rest.values();
  if (first === undefined) return;
  const resource = await reader.resolve(first, signal);
  if (!resource.ok) return;
  const where = first.ref.namespace === '' ? {} : { namespace: first.ref.namespace };
  const options = { ...where, labelSelector: `${TARGET_LABEL}=${targetLabelValue(owner)}`, pageBytes: PAGE_BYTES, signal };
  await reader.asWhoMay(resource.value, async (client): Promise<Result<void, KubeFailure>> => {
    for await (const page of client.pages(resource.value, options)) {
      if (!page.ok) return page;
      await inParallel(page.value.items, ports.settings.maxCalls, async ({ metadata, ...item }) => {
        const key = objectKey({ ...first.ref, namespace: metadata.namespace ?? '', name: metadata.name });
        const entry = rest.get(key);
        if (entry !== undefined && (await isAsApplied(context, entry, { ...item, metadata, apiVersion: first.apiVersion, kind: first.ref.kind }))) rest.delete(key);
      });
    }
    return ok(undefined);
  });
}

async function isAsApplied(context: StepContext, entry: LiveEntry, live: KubeObject): Promise<boolean> {
  const { runtime, inForce, judge } = context;
  const key = objectKey(entry.ref);
  const sent = runtime.sent.get(key);
  if (sent === undefined || live.metadata.uid !== entry.uid) return false;
  const tolerance = await findTolerance(context, sent, live);
  if (!tolerance.ok) return false;
  const observed = observeObject(entry.ref, sent, live, await judge.judge(runtime.target, inForce.order, live), tolerance.value);
  if (observed.drift !== undefined) return false;
  runtime.observed.set(key, observed);
  runtime.contested.delete(key);
  return true;
}
