import { err, ok, type Result } from '#kernel';
import { done, formatObjectRef, liveEntry, objectKey, objectRefOf, recordOf, renderedScopes, wait, waveOf, type Hook, type KubeObject, type LiveEntry, type StepOutcome, type Wave } from '#domain';
import type { FieldConflict, KubeFailure } from '#kube';
import { adoptObjects } from '../../apply/adopt-objects.js';
import { identityOf } from '../../apply/apply-object.js';
import { explainFailure } from '../../apply/explain-failure.js';
import { clearForReplacement } from '../../apply/clear-for-replacement.js';
import { inParallel } from '../../apply/in-parallel.js';
import { joinRefusals } from '../../apply/join-refusals.js';
import { sendObject, type Sent } from '../../apply/send-object.js';
import { settleWave } from '../../apply/settle-wave.js';
import { observeObject } from '../../health/observe-object.js';
import { failRelease } from '../../hooks/fail-release.js';
import { ledgerOf } from '../../hooks/hook-ledger-of.js';
import { runHooks, type HooksFailed } from '../../hooks/run-hooks.js';
import { gateWave } from '../gate-wave.js';
import { saveInventory } from '../save-inventory.js';
import { checkFence, reached, type Checked, type Step, type StepContext } from '../step.js';

const ASK_MS = 250;
const MAX_TAKEN = 5;

/**
 * Applies wave after wave; one with a higher number once those below are healthy, and the hooks of a wave after its objects. The UIDs of a wave are durable before the next begins, also of a wave in which something failed: what was created is
 * known. A newer order ends it between two waves.
 */
export const applyWaves: Step<Checked, Checked> = async (context, input) => {
  const { runtime, inForce, ports, reader, signal } = context;
  const sending = new Set(input.toSend.map((object) => objectKey(objectRefOf(object))));
  const changing = renderedScopes(input.toSend);
  const hooks = input.areHooksDue ? input.hooks.filter(({ events }) => events.has('apply')) : [];
  const numbers = [...new Set([...input.plan.waves.map(({ number }) => number), ...hooks.map(({ wave }) => wave)])].toSorted((a, b) => a - b);
  for (const [at, number] of numbers.entries()) {
    const gated = at === 0 || !hasWorkFrom(context, number, input, hooks) ? done() : await gateWave(context, input, number);
    if (gated.kind !== 'done') return gated;
    for (const wave of input.plan.waves.filter((one) => one.number === number)) {
      const objects = wave.objects.filter((object) => sending.has(objectKey(objectRefOf(object))));
      if (objects.length > 0) {
        const applied = await applyWave(context, { ...wave, objects }, changing, input);
        if (applied.kind !== 'done') return applied;
        const settled = await settleWave(wave, { reader, client: ports.cluster.own, monotonic: ports.monotonic, timers: ports.timers, deadlineMs: ports.settings.settleMs, signal });
        if (settled.kind !== 'done') return settled;
        await reached(context, 'agent.apply.after-settle');
      }
      if (runtime.order !== inForce) return wait(0, 'APPLYING', 'a newer order has come');
    }
    const ran = await runWaveHooks(context, hooks.filter(({ wave }) => wave === number));
    if (ran.kind !== 'done') return ran;
    if (ran.value !== undefined) return failRelease(context, input.hooks, ran.value.failure);
  }
  return done(input);
};

/** Whether anything of this wave or of a later one is left to do: only then it matters how those before it are. */
function hasWorkFrom(context: StepContext, number: number, input: Checked, hooks: readonly Hook[]): boolean {
  const ledger = ledgerOf(context);
  return input.toSend.some(({ metadata }) => waveOf(metadata) >= number) || hooks.some((hook) => hook.wave >= number && (ledger === undefined || recordOf(ledger, 'apply', hook)?.state !== 'SUCCEEDED'));
}

function runWaveHooks(context: StepContext, hooks: readonly Hook[]): Promise<StepOutcome<HooksFailed | undefined>> {
  return hooks.length === 0 ? Promise.resolve(done(undefined)) : runHooks(context, 'apply', hooks);
}

async function applyWave(context: StepContext, wave: Wave, changing: ReadonlyMap<string, unknown>, { live, toReplace }: Checked): Promise<StepOutcome> {
  const { runtime, ports } = context;
  runtime.isPartial = true;
  const ready = await makeReady(context, wave, live, toReplace);
  if (ready.kind !== 'done') return ready;
  const results = await inParallel(wave.objects, ports.settings.maxCalls, (object) => {
    const ref = objectRefOf(object);
    const key = objectKey(ref);
    return applyOne(context, object, { isKindChanging: changing.has(`${ref.group}/${object.kind}`), isNew: !live.has(key) || toReplace.has(key) });
  });
  await reached(context, 'agent.apply.after-wave');
  const applied = results.flatMap((result) => (result.ok ? [result.value] : []));
  const recorded = await recordLive(context, applied);
  if (recorded.kind !== 'done') return recorded;
  await reached(context, 'agent.apply.after-live');
  const refused = results.flatMap((result) => (result.ok ? [] : [result.error]));
  return joinRefusals(refused) ?? done();
}

/** Names of objects that are made anew become free, and objects of other tools become ours. */
async function makeReady(context: StepContext, { objects }: Wave, live: Checked['live'], toReplace: Checked['toReplace']): Promise<StepOutcome> {
  const { runtime } = context;
  const replaced = objects.filter((object) => toReplace.has(objectKey(objectRefOf(object))));
  const cleared = replaced.length === 0 ? done() : await clearForReplacement(context, replaced, toReplace);
  if (cleared.kind !== 'done') return cleared;
  if (replaced.length > 0) await reached(context, 'agent.replace.after-clear');
  return adoptObjects(context, objects.filter((object) => !replaced.includes(object) && runtime.entry(objectKey(objectRefOf(object)))?.state === 'INTENDED'), live);
}

async function applyOne(context: StepContext, object: KubeObject, { isKindChanging, isNew }: { readonly isKindChanging: boolean; readonly isNew: boolean }): Promise<Result<LiveEntry, StepOutcome<never>>> {
  const { runtime, inForce, judge } = context;
  const fenced = checkFence(context);
  if (fenced !== undefined) return err(fenced);
  const ref = objectRefOf(object);
  const key = objectKey(ref);
  const send = (): Promise<Result<Sent, KubeFailure>> => sendObject(context, object, { dryRun: false, before: runtime.sent.get(key), isNew, isAdopted: runtime.entry(key)?.state !== 'LIVE', onTaken: (fields) => noteTaken(context, object, fields) });
  const sent = isKindChanging ? await whileRefused(context, send) : await send();
  if (!sent.ok) return err(explainFailure(ref, sent.error));
  const { stored, tolerance } = sent.value;
  await reached(context, 'agent.apply.after-object');
  const identity = identityOf(stored);
  if (!identity.ok) return err(explainFailure(ref, identity.error));
  runtime.sent.set(key, object);
  // What was seen before the write says nothing any more.
  runtime.observed.set(key, observeObject(ref, object, stored, await judge.judge(runtime.target, inForce.order, stored), tolerance));
  return ok(liveEntry(object, identity.value.uid, tolerance.kept.length > 0));
}

function noteTaken({ ports, runtime }: StepContext, object: KubeObject, fields: readonly FieldConflict[]): void {
  const ref = objectRefOf(object);
  const taken = `took ${fields.slice(0, MAX_TAKEN).map(({ field, manager }) => `${field} from ${manager}`).join(', ')}${fields.length > MAX_TAKEN ? ` and ${fields.length - MAX_TAKEN} more` : ''}`;
  runtime.notices.set(objectKey(ref), 'force', `${formatObjectRef(ref)}: ${taken}`);
  ports.log.info('fields were taken from other managers, since the object asks for force', { target: runtime.target, object: formatObjectRef(ref), taken });
}

/** The server goes by the older definition of a kind for a moment after it has taken the newer one. */
async function whileRefused<T>({ ports, signal }: StepContext, apply: () => Promise<Result<T, KubeFailure>>): Promise<Result<T, KubeFailure>> {
  const endMs = ports.monotonic.nowMs() + ports.settings.settleMs;
  for (;;) {
    const stored = await apply();
    if (stored.ok || stored.error.code !== 'INVALID' || ports.monotonic.nowMs() >= endMs || !ports.fence.isHeld()) return stored;
    await ports.timers.sleep(ASK_MS, signal);
  }
}

/** Puts the UIDs of what was just applied into the inventory. */
export function recordLive(context: StepContext, applied: readonly LiveEntry[]): Promise<StepOutcome> {
  const { inventory } = context.runtime;
  if (inventory === undefined) throw new Error('nothing is applied without an inventory');
  const fresh = new Map(applied.map((entry) => [objectKey(entry.ref), entry]));
  return saveInventory(context, { ...inventory, entries: inventory.entries.map((entry) => fresh.get(objectKey(entry.ref)) ?? entry) });
}
