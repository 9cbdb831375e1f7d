import { done, formatObjectRef, sayKept, type LiveEntry, type StepOutcome } from '#domain';
import type { SyncStatus } from './target-runtime.js';
import type { Ordered, StepContext } from './step.js';
import { announceContent } from './steps/announce-content.js';
import { applyGround } from './steps/apply-ground.js';
import { applyWaves } from './steps/apply-waves.js';
import { awaitDependencies } from './steps/await-dependencies.js';
import { awaitMoves } from './steps/await-moves.js';
import { checkClaims } from './steps/check-claims.js';
import { checkHooks } from './steps/check-hooks.js';
import { checkServer } from './steps/check-server.js';
import { commitRelease } from './steps/commit-release.js';
import { ensureNamespace } from './steps/ensure-namespace.js';
import { handOver } from './steps/hand-over.js';
import { loadContent } from './steps/load-content.js';
import { openHooks } from './steps/open-hooks.js';
import { planRemoval } from './steps/plan-removal.js';
import { prepareContent } from './steps/prepare-content.js';
import { pruneObjects, type Pruned } from './steps/prune-objects.js';
import { recordIntent } from './steps/record-intent.js';
import { releaseKept } from './steps/release-kept.js';
import { runAfterHooks } from './steps/run-after-hooks.js';

/**
 * One pass for one assignment: everything that can say no comes before the first write. Safe to repeat, and to kill between any two lines.
 * The answer is the target's status; a pass that did not come to its end leaves what ran as it was, or says that it is partial.
 */
export async function reconcileAssignment(context: StepContext, ordered: Ordered): Promise<StepOutcome<Pruned>> {
  const content = await loadContent(context, ordered);
  if (content.kind !== 'done') return content;
  const announced = await announceContent(context, content.value);
  if (announced.kind !== 'done') return announced;
  const free = await awaitDependencies(context, announced.value);
  if (free.kind !== 'done') return free;
  const prepared = await prepareContent(context, free.value);
  if (prepared.kind !== 'done') return prepared;
  const planned = await planRemoval(context, prepared.value);
  if (planned.kind !== 'done') return planned;
  const claimed = await checkClaims(context, planned.value);
  if (claimed.kind !== 'done') return claimed;
  const placeable = await checkHooks(context, claimed.value);
  if (placeable.kind !== 'done') return placeable;
  const checked = await checkServer(context, placeable.value);
  if (checked.kind !== 'done') return checked;
  const placed = await ensureNamespace(context, checked.value);
  if (placed.kind !== 'done') return placed;
  const grounded = await applyGround(context, placed.value);
  if (grounded.kind !== 'done') return grounded;
  const opened = await openHooks(context, grounded.value);
  if (opened.kind !== 'done') return opened;
  const handed = await handOver(context, opened.value);
  if (handed.kind !== 'done') return handed;
  const intended = await recordIntent(context, handed.value);
  if (intended.kind !== 'done') return intended;
  const applied = await applyWaves(context, intended.value);
  if (applied.kind !== 'done') return applied;
  const moved = await awaitMoves(context, applied.value);
  if (moved.kind !== 'done') return moved;
  const released = await releaseKept(context, moved.value);
  if (released.kind !== 'done') return released;
  const pruned = await pruneObjects(context, released.value);
  if (pruned.kind !== 'done') return pruned;
  const finished = await runAfterHooks(context, pruned.value);
  if (finished.kind !== 'done') return finished;
  const committed = await commitRelease(context, finished.value);
  return committed.kind === 'done' ? done(committed.value) : committed;
}

const NAMED = 10;

/** What a finished pass says. A release is synced even while something undeclared is still there; the reason tells. */
export function statusOfPass(pruned: Pruned): SyncStatus {
  const blocked = pruned.survivors.filter(({ isBlocked }) => isBlocked);
  if (blocked.length > 0) return { sync: 'SYNCED', reason: 'PRUNE_BLOCKED', message: nameSome(blocked.map(({ message }) => message)) };
  if (pruned.prunable.length > 0) return { sync: 'SYNCED', reason: 'PRUNE_DISABLED', message: `no longer declared: ${nameSome(pruned.prunable.map(({ ref }) => formatObjectRef(ref)))}` };
  if (pruned.kept.length > 0) return { sync: 'SYNCED', reason: 'OBJECTS_KEPT', message: sayKept(pruned.kept.map(({ ref }) => ref)) };
  return { sync: 'SYNCED', reason: 'SYNCED', message: saySpared(pruned.spared) };
}

function saySpared(spared: readonly LiveEntry[]): string {
  if (spared.length === 0) return '';
  return `no longer declared, and left for an application that declares it and is held: ${nameSome(spared.map(({ ref }) => formatObjectRef(ref)))}`;
}

function nameSome(names: readonly string[]): string {
  return `${names.slice(0, NAMED).join('; ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''}`;
}
