import { appliedHashOf, done, intendedEntry, objectKey, objectRefOf, type HookLedger, type InventoryEntry } from '#domain';
import { saveInventory } from '../save-inventory.js';
import { reached, type Checked, type Step } from '../step.js';

/**
 * Intent first: before anything is created, the inventory says that it may be. An object that has gone, or stands under another UID, is
 * intended anew, since its creation gives it a UID that a crash would lose. One that is about to be changed is in doubt until its change is recorded:
 * an answer that got lost must not make the release before it look applied.
 */
export const recordIntent: Step<Checked, Checked> = async (context, input) => {
  const { runtime, owner, inForce } = context;
  const sending = new Map(input.toSend.map((object) => [objectKey(objectRefOf(object)), object]));
  const entries = input.plan.entries.map((entry): InventoryEntry => {
    const key = objectKey(entry.ref);
    const object = sending.get(key);
    if (object === undefined) return entry;
    const isReplaced = input.toReplace.has(key);
    if (entry.state === 'LIVE' && !isReplaced && input.live.get(key)?.uid === entry.uid) return entry.appliedHash === appliedHashOf(object) ? entry : { ...entry, isInDoubt: true };
    return intendedEntry(object);
  });
  const { epoch, generation } = input.order;
  const hooks = hooksWithWrites(runtime.inventory?.head.hooks, input);
  const head = { target: runtime.target, owner, held: { epoch, generation, digest: inForce.orderDigest }, applied: runtime.inventory?.head.applied, ...(hooks === undefined ? {} : { hooks }) };
  const saved = await saveInventory(context, { head, entries });
  if (saved.kind !== 'done') return saved;
  await reached(context, 'agent.apply.after-intent');
  return done(input);
};

/** From here on objects of the release may be there: going back to what was applied before is a release of its own, with its hooks. */
function hooksWithWrites(ledger: HookLedger | undefined, input: Checked): HookLedger | undefined {
  const isWriting = input.areHooksDue && (input.toSend.length > 0 || input.removeNow.length > 0);
  return ledger === undefined || ledger.hasWritten || !isWriting ? ledger : { ...ledger, hasWritten: true };
}
