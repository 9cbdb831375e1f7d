import { assertNever } from '#kernel';
import { CHANNELS, systemScope, type TransactionContext } from '../../platform/database/index.js';
import { intervalOf, type CheckOutcome } from './ask-check.js';
import type { ClaimedCheck } from './claim-checks.js';

/** Only what was claimed here and nobody has claimed since: an answer that comes late, or to a run that was begun anew, changes nothing. */
const CLAIMED = `FROM rollouts o, rollout_gates g WHERE k.run = $1 AND k.asked_at = $2::timestamptz AND k.verdict IS NULL
  AND o.id = k.rollout_id AND g.rollout_id = k.rollout_id AND g.stage = k.stage AND g.name = k.gate AND g.state = 'WAITING' RETURNING o.application_id, o.id AS rollout_id`;
/** From question to question, whatever the answer took. */
const NEXT = `next_at = greatest(now(), k.asked_at + $3 * interval '1 second')`;
const ANSWERED = `UPDATE rollout_gate_checks k SET passes = $5, failures = $6, verdict = $7, value = $8, message = $4, answered_at = now(), ${NEXT} ${CLAIMED}`;
const NO_ANSWER = `UPDATE rollout_gate_checks k SET message = $4, ${NEXT} ${CLAIMED}`;
const NOT_ASKED = `UPDATE rollout_gate_checks k SET message = coalesce(nullif($4, ''), k.message), next_at = now() + $3 * interval '1 second' ${CLAIMED}`;
const MAX_MESSAGE = 2_000;

/** Writes what came of a check, and wakes the planner where that decides it. One transaction; to write it again changes nothing. */
export async function writeOutcome(tx: TransactionContext, check: ClaimedCheck, outcome: CheckOutcome): Promise<void> {
  const message = outcome.message.slice(0, MAX_MESSAGE);
  const verdict = outcome.kind === 'ANSWERED' ? outcome.verdict : undefined;
  await tx.run(systemScope('gate-checks'), async () => {
    const [row] = await writeRow(tx, check, outcome, message);
    if (row === undefined) return;
    if (verdict !== undefined) tx.notify(CHANNELS.applicationChanged, row.application_id);
    if (verdict !== undefined || message !== check.message) tx.notify(CHANNELS.rolloutChanged, row.rollout_id);
  });
}

interface Written {
  readonly application_id: string;
  readonly rollout_id: string;
}

function writeRow(tx: TransactionContext, check: ClaimedCheck, outcome: CheckOutcome, message: string): Promise<readonly Written[]> {
  const { run, claimed } = check;
  switch (outcome.kind) {
    case 'ANSWERED':
      return tx.query<Written>(ANSWERED, [run, claimed, intervalOf(check), message, outcome.passes, outcome.failures, outcome.verdict ?? null, outcome.value ?? null]);
    case 'NO_ANSWER':
      return tx.query<Written>(NO_ANSWER, [run, claimed, intervalOf(check), message]);
    case 'NOT_ASKED':
      return tx.query<Written>(NOT_ASKED, [run, claimed, outcome.againSeconds, message]);
    default:
      return assertNever(outcome);
  }
}
