import {
  appliedHashOf, claimOf, done, liveEntry, objectKey, objectRefOf, orderWaves, type InventoryEntry, type KubeObject, type LiveEntry, type StepOutcome,
} from '#domain';
import { applyObject, identityOf } from '../apply/apply-object.js';
import { explainFailure, isNamespaceMissing } from '../apply/explain-failure.js';
import { inParallel } from '../apply/in-parallel.js';
import { settleWave } from '../apply/settle-wave.js';
import { observeObject } from '../health/observe-object.js';
import { saveInventory } from '../reconcile/save-inventory.js';
import { recordLive } from '../reconcile/steps/apply-waves.js';
import { createNamespace } from '../reconcile/steps/ensure-namespace.js';
import { checkFence, reached, type StepContext } from '../reconcile/step.js';

/** An object that differs from what we sent, and what is there; live undefined: the server says it is gone. */
export interface Drifted {
  readonly sent: KubeObject;
  readonly live: KubeObject | undefined;
}

/**
 * Puts objects back as they were sent last, in waves. An object that is gone, or came back under another UID, is intended before it is
 * created. One that carries another owner's mark is left alone. What cannot be put back fails by itself and holds up no other.
 */
export async function healObjects(context: StepContext, drifted: readonly Drifted[]): Promise<StepOutcome> {
  const { runtime, owner, ports, reader, signal } = context;
  const ours = drifted.filter(({ live }) => live === undefined || claimOf(live.metadata, owner).kind !== 'FOREIGN');
  const intended = await intendCreated(context, ours);
  if (intended.kind !== 'done') return intended;

  let failure: StepOutcome<never> | undefined;
  for (const wave of orderWaves(ours.map(({ sent }) => sent))) {
    const results = await inParallel(wave.objects, ports.settings.maxCalls, (object) => healOne(context, object));
    await reached(context, 'agent.heal.after-apply');
    const recorded = await recordLive(context, results.flatMap((result) => (result.kind === 'done' ? [result.value] : [])));
    if (recorded.kind !== 'done') return recorded;
    await reached(context, 'agent.heal.after-live');
    for (const result of results) if (result.kind !== 'done') failure ??= result;
    const settled = await settleWave(wave, { reader, client: ports.cluster.own, monotonic: ports.monotonic, timers: ports.timers, deadlineMs: ports.settings.settleMs, signal });
    if (settled.kind !== 'done') failure ??= settled;
  }
  for (const { sent } of ours) runtime.pacing.tried(objectKey(objectRefOf(sent)), ports.monotonic.nowMs());
  return failure ?? done();
}

async function intendCreated(context: StepContext, drifted: readonly Drifted[]): Promise<StepOutcome> {
  const { inventory } = context.runtime;
  if (inventory === undefined) throw new Error('nothing is healed without an inventory');
  const creating = new Map(
    drifted.flatMap(({ sent, live }) => {
      const key = objectKey(objectRefOf(sent));
      const entry = context.runtime.entry(key);
      return entry?.state === 'LIVE' && live?.metadata.uid === entry.uid ? [] : [[key, sent] as const];
    }),
  );
  if (creating.size === 0) return done();
  const entries = inventory.entries.map((entry): InventoryEntry => {
    const sent = creating.get(objectKey(entry.ref));
    return sent === undefined ? entry : { ref: entry.ref, apiVersion: sent.apiVersion, state: 'INTENDED', appliedHash: appliedHashOf(sent) };
  });
  const saved = await saveInventory(context, { ...inventory, entries });
  if (saved.kind === 'done') await reached(context, 'agent.heal.after-intent');
  return saved;
}

async function healOne(context: StepContext, object: KubeObject): Promise<StepOutcome<LiveEntry>> {
  const { ports, runtime, inForce, judge, signal } = context;
  const ref = objectRefOf(object);
  const apply = (): ReturnType<typeof applyObject> => applyObject(ports.cluster.applier, object, { dryRun: false, before: object, signal });
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  let stored = await apply();
  if (!stored.ok && isNamespaceMissing(stored.error) && inForce.order.kind === 'ASSIGNMENT' && inForce.order.release.namespace === ref.namespace) {
    const created = await createNamespace(context, ref.namespace);
    if (created.kind !== 'done') return created;
    stored = await apply();
  }
  if (!stored.ok) return explainFailure(ref, stored.error);
  const identity = identityOf(stored.value);
  if (!identity.ok) return explainFailure(ref, identity.error);
  runtime.observed.set(objectKey(ref), observeObject(ref, object, stored.value, await judge.judge(runtime.target, inForce.order, stored.value)));
  return done(liveEntry(object, identity.value.uid));
}
