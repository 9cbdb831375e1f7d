import { claimOf, done, eventOf, findReservation, formatObjectRef, hookObject, HOOK_PHASES, objectRefOf, recordOf, runOf, stalled, type Hook, type HookPhase, type StepOutcome } from '#domain';
import { explainFailure } from '../../apply/explain-failure.js';
import { inParallel } from '../../apply/in-parallel.js';
import { ledgerOf } from '../../hooks/hook-ledger-of.js';
import { notOurs } from '../../hooks/progress-hook.js';
import type { Claimed, Step, StepContext } from '../step.js';

const RELEASE_PHASES: readonly HookPhase[] = HOOK_PHASES.filter((phase) => !phase.endsWith('-removal'));

interface Due {
  readonly hook: Hook;
  readonly phase: HookPhase;
}

/**
 * Looks at the place of every hook that this release would run, and asks the API server about it, before any write: a hook whose place somebody else
 * has, or that the server would not take, fails the release while nothing has begun. A hook that runs already has passed this.
 */
export const checkHooks: Step<Claimed, Claimed> = async (context, input) => {
  if (!input.areHooksDue || input.hooks.length === 0) return done(input);
  const ledger = ledgerOf(context);
  const isSame = ledger?.contentKey === input.contentKey;
  const isInstall = isSame ? ledger.isInstall : context.runtime.inventory?.head.applied === undefined;
  const due = RELEASE_PHASES.flatMap((phase) => input.hooks.filter(({ events }) => events.has(eventOf(phase, isInstall))).map((hook): Due => ({ hook, phase })));
  const fresh = due.filter(({ hook, phase }) => !isSame || recordOf(ledger, phase, hook) === undefined);
  const checks = await inParallel(fresh, context.ports.settings.maxCalls, (one) => check(context, one, runOf(input.order)));
  const refused = checks.find(({ kind }) => kind === 'stalled') ?? checks.find(({ kind }) => kind === 'wait');
  return refused !== undefined && refused.kind !== 'done' ? refused : done(input);
};

async function check({ reader, ports, owner, signal }: StepContext, { hook, phase }: Due, run: string): Promise<StepOutcome> {
  const object = hookObject(hook, run, phase);
  const ref = objectRefOf(object);
  const read = await reader.read({ ref, apiVersion: object.apiVersion }, { metadataOnly: true, signal });
  // It comes with this very release: its creation will tell.
  if (!read.ok) return read.error.code === 'KIND_NOT_FOUND' ? done() : explainFailure(ref, read.error);
  if (read.value !== undefined) {
    const reservation = findReservation({ ...read.value, kind: object.kind }, '', ports.cluster.reserved);
    if (reservation !== undefined) return stalled('RESERVED_NAMESPACE', `${formatObjectRef(ref)} ${reservation}`);
    return claimOf(read.value.metadata, owner).kind === 'OURS' ? done() : notOurs({ ref, phase });
  }
  const asked = await ports.cluster.applier.create(object, { dryRun: true, signal });
  if (asked.ok || asked.error.code === 'ALREADY_EXISTS' || asked.error.code === 'NOT_FOUND') return done();
  if (asked.error.code === 'BAD_REQUEST' && asked.error.message.includes('does not support dry run')) return done();
  return explainFailure(ref, asked.error);
}
