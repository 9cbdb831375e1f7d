import { done, formatObjectRef, objectKey, openRecords, wait, withRecords, type HookRecord, type StepOutcome } from '#domain';
import { inParallel } from '../apply/in-parallel.js';
import type { StepContext } from '../reconcile/step.js';
import { ledgerOf, saveLedger } from './hook-ledger-of.js';
import { lookAtHook, type Progress } from './progress-hook.js';

/** What may be asked again soon: an object on its way out, a creation that somebody else made. */
const SOON_MS = 1_000;

/** Says what is waited for, and that news of it, or its deadline, want another pass. */
export function awaitHooks({ runtime, ports }: StepContext, running: readonly Progress[]): StepOutcome<never> {
  runtime.awaited = new Map(running.map(({ record }) => [objectKey(record.ref), record]));
  const nowMs = ports.clock.now().getTime();
  const left = running.map(({ record }) => (record.state === 'INTENDED' ? SOON_MS : Math.max(SOON_MS, record.since.getTime() + record.deadlineMs - nowMs)));
  const [first] = running;
  const more = running.length > 1 ? ` and ${running.length - 1} more` : '';
  return wait(Math.min(...left), 'HOOK_RUNNING', first === undefined ? '' : `${sayHook(first.record)}${more}: ${first.message === '' ? 'running' : first.message}`);
}

/** Hooks of a release that a newer one replaces end before the newer one's begin: nothing cuts a migration in two. */
export async function awaitOlderHooks(context: StepContext): Promise<StepOutcome> {
  const ledger = ledgerOf(context);
  const open = openRecords(ledger);
  if (ledger === undefined || open.length === 0) return done();
  const looks = await inParallel(open, context.ports.settings.maxCalls, (record) => lookAtHook(context, record));
  const failed = looks.find(({ kind }) => kind !== 'done');
  if (failed !== undefined && failed.kind !== 'done') return failed;
  const progress = looks.flatMap((look) => (look.kind === 'done' ? [look.value] : []));
  const saved = await saveLedger(context, withRecords(ledger, progress.map(({ record }) => record)));
  if (saved.kind !== 'done') return saved;
  const running = progress.filter(({ record }) => record.state === 'RUNNING');
  return running.length === 0 ? done() : awaitHooks(context, running);
}

/** `the before hook Job.batch shop/migrate`. */
export function sayHook({ phase, ref }: Pick<HookRecord, 'phase' | 'ref'>): string {
  return `the ${phase} hook ${formatObjectRef(ref)}`;
}
