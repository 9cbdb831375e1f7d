import {
  claimOf, done, intendedEntry, liveEntry, objectKey, objectRefOf, orderWaves, type InventoryEntry, type KubeObject, type LiveEntry, type StepOutcome,
} from '#domain';
import { identityOf } from '../apply/apply-object.js';
import { explainFailure, isNamespaceMissing } from '../apply/explain-failure.js';
import { inParallel } from '../apply/in-parallel.js';
import { sendObject } from '../apply/send-object.js';
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
  /** Fields that are to stay as they are now. */
  readonly keep: readonly string[];
}

/**
 * Puts objects back as they were sent last, in waves. An object that is gone, or came back under another UID, is intended before it is
 * created. One that carries another owner's mark is left alone. What cannot be put back fails by itself and holds up no other.
 */
export async function healObjects(context: StepContext, drifted: readonly Drifted[]): Promise<StepOutcome> {
  const { owner, ports, reader, signal } = context;
  const ours = drifted.filter(({ live }) => live === undefined || claimOf(live.metadata, owner).kind !== 'FOREIGN');
  const intended = await intendCreated(context, ours);
  if (intended.kind !== 'done') return intended;

  const found = new Map(ours.map((one) => [objectKey(objectRefOf(one.sent)), one]));
  let failure: StepOutcome<never> | undefined;
  for (const wave of orderWaves(ours.map(({ sent }) => sent))) {
    const results = await inParallel(wave.objects, ports.settings.maxCalls, (object) => healOne(context, object, found.get(objectKey(objectRefOf(object)))));
    await reached(context, 'agent.heal.after-apply');
    const recorded = await recordLive(context, results.flatMap((result) => (result.kind === 'done' ? [result.value] : [])));
    if (recorded.kind !== 'done') return recorded;
    await reached(context, 'agent.heal.after-live');
    for (const result of results) if (result.kind !== 'done') failure ??= result;
    const settled = await settleWave(wave, { reader, client: ports.cluster.own, monotonic: ports.monotonic, timers: ports.timers, deadlineMs: ports.settings.settleMs, signal });
    if (settled.kind !== 'done') failure ??= settled;
  }
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
    return sent === undefined ? entry : intendedEntry(sent);
  });
  const saved = await saveInventory(context, { ...inventory, entries });
  if (saved.kind === 'done') await reached(context, 'agent.heal.after-intent');
  return saved;
}

async function healOne(context: StepContext, object: KubeObject, found: Drifted | undefined): Promise<StepOutcome<LiveEntry>> {
  const { runtime, inForce, judge } = context;
  const ref = objectRefOf(object);
  const send = (): ReturnType<typeof sendObject> => sendObject(context, object, { dryRun: false, before: object, live: found?.live, isNew: found !== undefined && found.live === undefined, alsoKeep: found?.keep ?? [] });
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  let sent = await send();
  if (!sent.ok && isNamespaceMissing(sent.error) && inForce.order.kind === 'ASSIGNMENT' && inForce.order.release.namespace === ref.namespace) {
    const created = await createNamespace(context, ref.namespace);
    if (created.kind !== 'done') return created;
    sent = await send();
  }
  if (!sent.ok) return explainFailure(ref, sent.error);
  const { stored, tolerance } = sent.value;
  const identity = identityOf(stored);
  if (!identity.ok) return explainFailure(ref, identity.error);
  runtime.observed.set(objectKey(ref), observeObject(ref, object, stored, await judge.judge(runtime.target, inForce.order, stored), tolerance));
  return done(liveEntry(object, identity.value.uid, tolerance.kept.length > 0));
}
