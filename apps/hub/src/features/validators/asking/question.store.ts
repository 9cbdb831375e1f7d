import { projectId, validatorId, type GateRow, type RolloutCause, type RolloutTargetState, type StageState, type Validation, type ValidatorFacts, type ValidatorId } from '#domain';
import type { AuditTrail } from '../../../platform/audit/index.js';
import { CHANNELS, systemScope, type TransactionContext } from '../../../platform/database/index.js';
import { GATE_MISSED_MS } from '../../rollouts/index.js';

/** A question that this replica has taken, and puts. */
export interface Question {
  /** Of this question alone, also where it is put twice because nobody heard its answer. */
  readonly id: string;
  /** `project/name`, as `isBusy` knows it. */
  readonly validatorKey: string;
  readonly validatorName: string;
  /** undefined: the project has none of that name. */
  readonly validator: { readonly id: ValidatorId; readonly url: string; readonly sealedKeys: readonly Uint8Array[] } | undefined;
  readonly intervalSeconds: number;
  /** Questions without an answer before this one. */
  readonly unanswered: number;
  readonly facts: ValidatorFacts;
}

interface ClaimedRow {
  readonly ask_id: string;
  readonly attempt: number;
  readonly rollout_id: string;
  readonly stage: string;
  readonly gate: string;
  readonly failures: number;
}
interface FactsRow {
  readonly side: GateRow['side'];
  readonly validator: string;
  readonly interval_seconds: number;
  readonly deadline: Date;
  readonly project_id: string;
  readonly project: string;
  readonly application: string;
  readonly number: number;
  readonly cause: RolloutCause;
  readonly started_at: Date | null;
  readonly release: number;
  readonly commit: string;
  readonly author: string | null;
  readonly subject: string | null;
  readonly ordinal: number;
  readonly validator_id: string | null;
  readonly url: string | null;
  readonly key_encrypted: Buffer | null;
  readonly earlier_key: Buffer | null;
}

const SCOPE = systemScope('validators');
/** A question whose answer nobody has written down by then is put again: longer than it may take. */
const LEASE = `interval '20 seconds'`;
const MAX_CLUSTERS = 100;
const LONGEST_IDLE_MS = 5_000;

/** Gates that wait for a validator, by their index; nobody asks for a rollout that is paused or over. */
const WAITING = `g.state = 'WAITING' AND g.spec ->> 'kind' NOT IN ('APPROVAL', 'WINDOW') AND g.spec ->> 'kind' = 'VALIDATOR' AND o.state = 'RUNNING'`;
const ROWS = `
  INSERT INTO rollout_gate_checks (project_id, rollout_id, stage, gate, subject)
  SELECT g.project_id, g.rollout_id, g.stage, g.name, 'HUB' FROM rollout_gates g JOIN rollouts o ON o.id = g.rollout_id WHERE ${WAITING} ON CONFLICT DO NOTHING`;
const OPEN = `
  FROM rollout_gates g JOIN rollouts o ON o.id = g.rollout_id JOIN rollout_gate_checks k ON k.rollout_id = g.rollout_id AND k.stage = g.stage AND k.gate = g.name AND k.subject = 'HUB'
  WHERE ${WAITING} AND k.verdict IS NULL AND (g.project_id || '/' || (g.spec ->> 'validator')) <> ALL ($1::text[])`;
const CLAIM = `
  WITH due AS (SELECT k.rollout_id, k.stage, k.gate ${OPEN} AND k.next_at <= now() ORDER BY k.next_at LIMIT 1 FOR UPDATE OF k SKIP LOCKED)
  UPDATE rollout_gate_checks k SET asked_at = now(), next_at = now() + ${LEASE}, attempt = k.attempt + CASE WHEN k.ask_id IS NULL THEN 1 ELSE 0 END, ask_id = coalesce(k.ask_id, $2)
  FROM due WHERE k.rollout_id = due.rollout_id AND k.stage = due.stage AND k.gate = due.gate AND k.subject = 'HUB'
  RETURNING k.ask_id, k.attempt, k.rollout_id, k.stage, k.gate, k.failures`;
const FACTS = `
  SELECT g.side, g.spec ->> 'validator' AS validator, (g.spec ->> 'intervalSeconds')::float8 AS interval_seconds,
    g.since + ${GATE_MISSED_MS} * interval '1 millisecond' + make_interval(secs => (g.spec ->> 'deadlineSeconds')::float8) AS deadline,
    g.project_id, p.name AS project, a.name AS application, o.number, o.cause, o.started_at, r.number AS release, r.commit, r.author, r.subject, s.ordinal,
    v.id AS validator_id, v.url, v.key_encrypted, CASE WHEN v.earlier_key_until > now() THEN v.earlier_key_encrypted END AS earlier_key
  FROM rollout_gates g JOIN rollouts o ON o.id = g.rollout_id JOIN projects p ON p.id = g.project_id JOIN applications a ON a.id = o.application_id JOIN releases r ON r.id = o.release_id
    JOIN rollout_stages s ON s.rollout_id = g.rollout_id AND s.name = g.stage LEFT JOIN validators v ON v.project_id = g.project_id AND v.name = g.spec ->> 'validator'
  WHERE g.rollout_id = $1 AND g.stage = $2 AND g.name = $3`;

/** The open questions to validators: rows of `rollout_gate_checks`, put by whichever replica takes them first. */
export class QuestionStore {
  constructor(
    private readonly tx: TransactionContext,
    private readonly audit: Pick<AuditTrail, 'record'>,
  ) {}

  /**
   * Takes a question that is due, so that no other replica puts it meanwhile; else says in how many milliseconds to look again.
   * @param busy validators that are asked enough just now, by their keys
   * @param id of the question, if it is a new one
   */
  async take(busy: readonly string[], id: string): Promise<Question | { readonly idleMs: number }> {
    return this.tx.run(SCOPE, async () => {
      await this.tx.execute(ROWS);
      const [claimed] = await this.tx.query<ClaimedRow>(CLAIM, [busy, id]);
      if (claimed !== undefined) return this.#question(claimed);
      const [next] = await this.tx.query<{ ms: number | null }>(`SELECT extract(epoch FROM min(k.next_at) - now())::float8 * 1000 AS ms ${OPEN}`, [busy]);
      return { idleMs: Math.min(LONGEST_IDLE_MS, Math.max(0, next?.ms ?? LONGEST_IDLE_MS)) };
    });
  }

  /** Writes what a question has come to, and tells. @returns false: it was taken back meanwhile (retried, promoted, ended), and its answer counts no more */
  async answer(question: Pick<Question, 'id' | 'validatorName'>, { verdict, message, unanswered, nextInSeconds }: Validation): Promise<boolean> {
    return this.tx.run(SCOPE, async () => {
      const [row] = await this.tx.query<{ application_id: string; rollout_id: string; project_id: string; stage: string; gate: string }>(
        `UPDATE rollout_gate_checks k SET ask_id = NULL, answered_at = now(), verdict = $2, message = $3, failures = $4, passes = CASE WHEN $2 = 'PASSED' THEN 1 ELSE 0 END, next_at = now() + make_interval(secs => $5::float8)
         FROM rollout_gates g, rollouts o WHERE k.ask_id = $1 AND k.verdict IS NULL AND g.rollout_id = k.rollout_id AND g.stage = k.stage AND g.name = k.gate AND g.state = 'WAITING' AND o.id = k.rollout_id
         RETURNING o.application_id, k.rollout_id, k.project_id, k.stage, k.gate`,
        [question.id, verdict ?? null, message, unanswered, nextInSeconds ?? 0],
      );
      if (row === undefined) return false;
      if (verdict !== undefined) {
        await this.audit.record({
          action: 'rollout.validated', object: { kind: 'Rollout', id: row.rollout_id }, projectId: projectId(row.project_id), outcome: 'SUCCEEDED', after: { stage: row.stage, gate: row.gate, validator: question.validatorName, verdict, message },
        });
        this.tx.notify(CHANNELS.applicationChanged, row.application_id);
      }
      this.tx.notify(CHANNELS.rolloutChanged, row.rollout_id);
      return true;
    });
  }

  async #question(claimed: ClaimedRow): Promise<Question> {
    const [row] = await this.tx.query<FactsRow>(FACTS, [claimed.rollout_id, claimed.stage, claimed.gate]);
    if (row === undefined) throw new Error(`the gate ${claimed.gate} of rollout ${claimed.rollout_id} is gone while it is asked about`);
    return {
      id: claimed.ask_id, validatorKey: `${row.project_id}/${row.validator}`, validatorName: row.validator, intervalSeconds: row.interval_seconds, unanswered: claimed.failures,
      validator: row.validator_id === null || row.url === null || row.key_encrypted === null ? undefined : {
        id: validatorId(row.validator_id), url: row.url, sealedKeys: row.earlier_key === null ? [row.key_encrypted] : [row.key_encrypted, row.earlier_key],
      },
      facts: await this.#facts(claimed, row),
    };
  }

  async #facts({ rollout_id: rollout, stage, gate, attempt }: ClaimedRow, row: FactsRow): Promise<ValidatorFacts> {
    const clusters = await this.tx.query<{ name: string; labels: Readonly<Record<string, string>>; state: RolloutTargetState; total: number }>(
      `SELECT c.name, c.labels, x.state, count(*) OVER ()::int AS total FROM rollout_targets x JOIN targets t ON t.id = x.target_id JOIN clusters c ON c.id = t.cluster_id
       WHERE x.rollout_id = $1 AND x.stage = $2 AND t.state = 'ACTIVE' ORDER BY c.name LIMIT ${MAX_CLUSTERS}`,
      [rollout, stage],
    );
    const earlier = await this.tx.query<{ name: string; state: StageState; targets: Readonly<Partial<Record<RolloutTargetState, number>>> }>(
      `SELECT s.name, s.state, coalesce((SELECT jsonb_object_agg(n.state, n.count) FROM (SELECT x.state, count(*) AS count FROM rollout_targets x WHERE x.rollout_id = s.rollout_id AND x.stage = s.name GROUP BY x.state) n), '{}') AS targets
       FROM rollout_stages s WHERE s.rollout_id = $1 AND s.ordinal < $2 ORDER BY s.ordinal`,
      [rollout, row.ordinal],
    );
    return {
      project: row.project, application: row.application, rollout: { id: rollout, number: row.number, cause: row.cause, startedAt: row.started_at ?? undefined },
      release: { number: row.release, commit: row.commit, author: row.author ?? undefined, subject: row.subject ?? undefined }, stage, gate, side: row.side,
      clusters: clusters.map(({ name, labels, state }) => ({ name, labels, state })), clusterCount: clusters[0]?.total ?? 0, earlierStages: earlier, attempt, deadline: row.deadline,
    };
  }
}
