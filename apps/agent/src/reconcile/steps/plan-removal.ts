import {
  done, formatObjectRef, guardRemoval, objectKey, planApply, removalVerdict, resolveIntended, sayWaiting, stalled, withLiveWishes, type InventoryEntry, type LiveEntry, type RemovalDecision, type StepOutcome,
} from '#domain';
import { countTakenAlong } from '../../apply/count-taken-along.js';
import { DoomedReader } from '../../apply/doomed-reader.js';
import { explainFailure } from '../../apply/explain-failure.js';
import { inParallel } from '../../apply/in-parallel.js';
import { saveInventory } from '../save-inventory.js';
import { reached, type Planned, type Prepared, type Step, type StepContext } from '../step.js';

const NAMED = 10;

/**
 * What the release does to the inventory, and whether it may: a prune past the guard holds the whole release until a person has approved
 * exactly that plan, because a release that drops so much is more often a mistake than a wish. Writes nothing but the listing.
 */
export const planRemoval: Step<Prepared, Planned> = async (context, input) => {
  const { runtime, index } = context;
  const inventory = runtime.inventory?.entries ?? [];
  const planned = planApply(input.objects, inventory, input.aside);
  if (!planned.ok) return stalled(planned.error.code, planned.error.code === 'NO_OBJECTS' ? `the release holds no object${sayAside(input)}` : `${formatObjectRef(planned.error.ref)} is declared twice`);

  const plan = planned.value;
  const looked = await lookAt(context, [...plan.prune, ...plan.unresolved], input.skipped);
  if (looked.kind !== 'done') return looked;
  const dropped = new Set(looked.value.filter(({ fate }) => fate === 'DROP').map(({ key }) => key));
  const found = new Map(looked.value.map(({ key, entry }) => [key, entry]));
  const entries = plan.entries.flatMap((entry) => (dropped.has(objectKey(entry.ref)) ? [] : [found.get(objectKey(entry.ref)) ?? entry]));
  const of = (fate: Fate): readonly LiveEntry[] => looked.value.flatMap((look) => (look.fate === fate && look.entry.state === 'LIVE' ? [look.entry] : []));

  const leaving = of('LEAVING');
  const removable = of('REMOVE').filter((entry) => index.wantedBy(entry.ref, runtime.target) === undefined);
  // Another application has taken the object up: it moves there as it is instead of being removed here and created there.
  const moving = of('REMOVE').filter((entry) => !removable.includes(entry));
  const gone = new Set(moving.map(({ ref }) => objectKey(ref)));
  const base = { ...input, leaving, moving, kept: of('KEPT'), spared: [], plan: { ...plan, entries: entries.filter((entry) => !gone.has(objectKey(entry.ref))) } };
  if (!input.order.sync.prune) {
    runtime.pendingRemoval = undefined;
    return done({ ...base, removeNow: [], prunable: removable });
  }
  // Its release is held, and may be for long: until it takes the object over it is tracked here, and stays.
  const spared = removable.filter((entry) => index.expectedBy(entry.ref, runtime.target) !== undefined);
  const doomed = removable.filter((entry) => !spared.includes(entry));
  const decision = guardRemoval({
    target: runtime.target,
    cause: 'PRUNE',
    entries: doomed,
    inventorySize: inventory.filter(({ state }) => state === 'LIVE').length,
    takenAlong: await countTakenAlong(doomed, { ...context, othersIn: (namespace) => index.othersIn(namespace, runtime.target) }),
    approvals: input.order.approvedPrunes,
  });
  if (decision.digest !== undefined) return awaitApproval(context, inventory, decision);
  runtime.pendingRemoval = undefined;
  return done({ ...base, spared, removeNow: decision.removeNow, prunable: [] });
};

function sayAside({ aside, skipped }: Prepared): string {
  if (skipped.size > 0) return aside.size > 0 ? ' besides hooks and what is skipped' : ' besides what is skipped';
  return aside.size > 0 ? ' besides hooks' : '';
}

type Fate = 'REMOVE' | 'KEPT' | 'LEAVING' | 'DROP';

/** Looks at what is no longer declared: what is there and ours may go; what asks to stay is let go; what is gone or somebody else's only leaves the inventory. */
async function lookAt(context: StepContext, entries: readonly InventoryEntry[], skipped: ReadonlySet<string>): Promise<StepOutcome<readonly { readonly key: string; readonly entry: InventoryEntry; readonly fate: Fate }[]>> {
  const { reader, owner, ports, signal } = context;
  const doomed = new DoomedReader(reader, signal);
  const how = { owner, cause: 'PRUNE', reserved: ports.cluster.reserved } as const;
  const looks = await inParallel(entries, ports.settings.maxCalls, async (entry) => {
    const live = await doomed.read(entry);
    if (!live.ok) return explainFailure(entry.ref, live.error);
    const key = objectKey(entry.ref);
    const resolved = entry.state === 'INTENDED' ? resolveIntended(entry, live.value, owner) : undefined;
    if (resolved?.kind === 'FORGET') return done({ key, entry, fate: 'DROP' as const });
    const known = resolved?.entry ?? entry;
    if (known.state === 'INTENDED') return done({ key, entry, fate: 'DROP' as const });
    const removal = removalVerdict(known, live.value, how);
    const verdict = removal === 'REMOVE' && skipped.has(key) ? 'KEPT' : removal;
    const seen = live.value === undefined ? known : withLiveWishes(known, live.value.metadata);
    return done({ key, entry: seen, fate: verdict === 'GONE' || verdict === 'NOT_OURS' ? ('DROP' as const) : verdict });
  });
  const failed = looks.find((look) => look.kind !== 'done');
  if (failed !== undefined) return failed;
  return done(looks.flatMap((look) => (look.kind === 'done' ? [look.value] : [])));
}

async function awaitApproval(context: StepContext, inventory: readonly InventoryEntry[], decision: RemovalDecision): Promise<StepOutcome<never>> {
  const { runtime } = context;
  if (runtime.inventory === undefined || decision.digest === undefined) throw new Error('nothing can wait without an inventory');
  const listed = new Map(decision.waiting.map((entry) => [objectKey(entry.ref), entry]));
  const saved = await saveInventory(context, { ...runtime.inventory, entries: inventory.map((entry) => listed.get(objectKey(entry.ref)) ?? entry) });
  if (saved.kind !== 'done') return saved;
  await reached(context, 'agent.prune.after-listing');
  const refs = decision.waiting.map(({ ref }) => ref);
  runtime.pendingRemoval = { digest: decision.digest, total: refs.length, objects: refs.slice(0, 100) };
  const names = decision.waiting.slice(0, NAMED).map(sayWaiting).join(', ');
  const why = decision.because === 'COUNT' ? `would remove ${refs.length} of ${inventory.length} objects` : 'would remove objects that hold data or other objects';
  return stalled('PRUNE_NEEDS_APPROVAL', `the release ${why}: ${names}${refs.length > NAMED ? ` and ${refs.length - NAMED} more` : ''}; digest ${decision.digest}`);
}
