import { CHANNELS, systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { CheckOutcome } from './ask-check.js';
import type { ClaimedCheck } from './claim-checks.js';

/** Only what was claimed here and nobody has claimed since: an answer that comes late, or to a run that was begun anew, changes nothing. */
const CLAIMED = `FROM rollouts o, rollout_gates g WHERE k.run = $1 AND k.asked_at = $2::timestamptz AND k.verdict IS NULL
  AND o.id = k.rollout_id AND g.rollout_id = k.rollout_id AND g.stage = k.stage AND g.name = k.gate AND g.state = 'WAITING'`;
/** From question to question, whatever the answer took. */
const NEXT = `next_at = greatest(now(), k.asked_at + $3 * interval '1 second')`;
const ANSWERED = `UPDATE rollout_gate_checks k SET passes = $4, failures = $5, verdict = $6, message = $7, value = $8, answered_at = now(), ${NEXT} ${CLAIMED} RETURNING o.application_id`;
const NO_ANSWER = `UPDATE rollout_gate_checks k SET message = $4, ${NEXT} ${CLAIMED}`;
const NOT_ASKED = `UPDATE rollout_gate_checks k SET message = coalesce(nullif($4, ''), k.message), next_at = now() + $3 * interval '1 second' ${CLAIMED}`;
const MAX_MESSAGE = 1_000;

/** Writes what came of a check, and wakes the planner where that decides it. One transaction; to write it again changes nothing. */
export async function writeOutcome(tx: TransactionContext, check: ClaimedCheck, outcome: CheckOutcome): Promise<void> {
  const message = outcome.message.slice(0, MAX_MESSAGE);
  await tx.run(systemScope('gate-checks'), async () => {
    switch (outcome.kind) {
      case 'ANSWERED': {
        const { passes, failures, verdict, value } = outcome;
        const [row] = await tx.query<{ application_id: string }>(ANSWERED, [check.run, check.claimed, check.spec.intervalSeconds, passes, failures, verdict ?? null, message, value ?? null]);
        if (row !== undefined && verdict !== undefined) tx.notify(CHANNELS.applicationChanged, row.application_id);
        return;
      }
      case 'NO_ANSWER':
        await tx.execute(NO_ANSWER, [check.run, check.claimed, check.spec.intervalSeconds, message]);
        return;
      case 'NOT_ASKED':
        await tx.execute(NOT_ASKED, [check.run, check.claimed, outcome.againSeconds, message]);
    }
  });
}
