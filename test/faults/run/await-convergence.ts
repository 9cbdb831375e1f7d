import { setTimeout as sleep } from 'node:timers/promises';
import { expectedEnd } from '../model/expected-end.js';
import { observe, type Sight } from './observe.js';
import type { Actors } from './perform-action.js';

/** Longer than the promise, so that a late convergence is told with its time. */
const WAIT_MS = 75_000;
const LOOK_MS = 200;

export interface Convergence {
  readonly convergedAt: number | undefined;
  readonly missing: readonly string[];
}

/**
 * Waits until everything is as the plan wants it to end. Meanwhile a person approves what waits for a person, as the plan means it: the head
 * of each branch is what shall run, removals included.
 */
export async function awaitConvergence(actors: Actors): Promise<Convergence> {
  const { stage, schedule, journal } = actors;
  const end = performance.now() + WAIT_MS;
  const approved = new Set<string>();
  for (;;) {
    let missing: string[];
    try {
      const sights: (Sight & { readonly name: string })[] = [];
      for (const expected of expectedEnd(schedule)) sights.push({ name: expected.name, ...(await observe(stage, expected, journal.commits)) });
      missing = sights.flatMap((sight) => sight.missing);
      if (missing.length === 0) return { convergedAt: Date.now(), missing };
      for (const sight of sights) await approve(actors, sight, approved);
    } catch (error) {
      missing = [`the witnesses could not be heard: ${error instanceof Error ? error.message : String(error)}`];
    }
    if (performance.now() > end) return { convergedAt: undefined, missing };
    await sleep(LOOK_MS);
  }
}

async function approve({ people, journal }: Actors, { name, waitsForApproval, heldCommit }: Sight & { readonly name: string }, approved: Set<string>): Promise<void> {
  for (const { cluster, digest, release } of waitsForApproval) {
    // An approval is for one release: a newer one that would remove the same objects is asked about again, also one of the same commit (seeds 5013, 5066, 5097).
    const plan = `${name}@${cluster} ${String(release)} ${digest}`;
    if (approved.has(plan)) continue;
    const answer = await people.ask('approvePrune', name, { target: `default/${name}@${cluster}`, digest }, ['DIGEST_MISMATCH', 'NOTHING_TO_APPROVE', 'TARGET_NOT_FOUND']);
    if (answer.refusals.length === 0) approved.add(plan);
  }
  const head = journal.commits.findLast(({ application }) => application === name)?.id;
  if (heldCommit === undefined || heldCommit !== head || approved.has(heldCommit)) return;
  const answer = await people.ask('approveHistoryRewrite', name, { project: 'default', name, ref: 'main', commit: heldCommit }, ['NOTHING_TO_APPROVE', 'COMMIT_MISMATCH', 'REF_NOT_FOUND']);
  if (answer.refusals.length === 0) approved.add(heldCommit);
}
