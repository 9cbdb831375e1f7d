import type { MigrationInterface, QueryRunner } from 'typeorm';

const PHASES = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'HALTED', 'SUPERSEDED', 'ABORTED'];
const CAUSES = ['RELEASE', 'SYNC', 'LATE_MATCH', 'PARAMETERS', 'POLICY'];
const TARGET_STATES = ['PENDING', 'MOVING', 'HEALTHY', 'FAILED', 'SKIPPED'];
const OPEN = `state IN ('PENDING', 'RUNNING', 'HALTED')`;

/**
 * Rollouts in stages: the strategy that one was made with, deadlines, soaks, gates and their approvals, the way back, and holds; since when a lease is held without a
 * break. A hub of the build before goes on with its own rollouts: it knows no stage but `all`, leaves the new columns at what they mean for that one, and is kept
 * from starting one that was to go in stages.
 */
export class StagedRollouts1764216000000 implements MigrationInterface {
  readonly name = 'StagedRollouts1764216000000';

  async up(runner: QueryRunner): Promise<void> {
    await check(runner, 'rollouts', 'strategy', ['ALL_AT_ONCE', 'STAGED']);
    await check(runner, 'rollouts', 'cause', [...CAUSES, 'CATCH_UP', 'ROLLBACK']);
    await check(runner, 'rollouts', 'state', [...PHASES, 'PAUSED', 'ROLLING_BACK', 'ROLLED_BACK']);
    await check(runner, 'rollout_targets', 'state', [...TARGET_STATES, 'REVERTING', 'REVERTED', 'REVERT_FAILED']);
    await runner.query(`
      ALTER TABLE rollouts
        ADD COLUMN stage_specs jsonb NOT NULL DEFAULT '[]' CHECK (strategy <> 'STAGED' OR stage_specs <> '[]'),
        ADD COLUMN on_failure text NOT NULL DEFAULT 'HALT' CHECK (on_failure IN ('HALT', 'ROLLBACK')),
        ADD COLUMN offline_wait_ms bigint,
        ADD COLUMN waits_for text CHECK (waits_for IN ('SYNC', 'ROLLOUT')),
        ADD COLUMN previous_release_id uuid,
        ADD COLUMN reason text`);
    await runner.query(`
      ALTER TABLE rollout_stages
        ADD COLUMN deadline_ms bigint,
        ADD COLUMN soak_ms bigint NOT NULL DEFAULT 0,
        ADD COLUMN settled_at timestamptz,
        ADD COLUMN promoted_at timestamptz,
        ADD COLUMN promoted_by text,
        ADD COLUMN promoted_reason text`);
    await runner.query('ALTER TABLE leases ADD COLUMN since timestamptz NOT NULL DEFAULT now()');
    await runner.query('ALTER TABLE rollout_targets ADD COLUMN to_release_id uuid, ADD COLUMN placement text');
    await runner.query(`CREATE INDEX rollout_targets_left_out ON rollout_targets (target_id) WHERE state = 'SKIPPED' AND reason IN ('CLUSTER_OFFLINE', 'HELD')`);
    await runner.query('ALTER TABLE targets ADD COLUMN hold_at timestamptz, ADD COLUMN hold_by text, ADD COLUMN hold_reason text, ADD COLUMN hold_rollout_id uuid');
    await runner.query(`
      CREATE TABLE rollout_gates (
        project_id uuid NOT NULL,
        rollout_id uuid NOT NULL,
        stage text NOT NULL,
        name text NOT NULL,
        side text NOT NULL CHECK (side IN ('BEFORE', 'AFTER')),
        ordinal integer NOT NULL,
        spec jsonb NOT NULL,
        state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'WAITING', 'PASSED', 'FAILED', 'WAIVED')),
        since timestamptz,
        PRIMARY KEY (rollout_id, stage, name),
        FOREIGN KEY (project_id, rollout_id, stage) REFERENCES rollout_stages (project_id, rollout_id, name)
      )`);
    await runner.query(`
      CREATE TABLE rollout_approvals (
        project_id uuid NOT NULL,
        rollout_id uuid NOT NULL,
        stage text NOT NULL,
        gate text NOT NULL,
        principal_id uuid NOT NULL,
        approver text NOT NULL,
        comment text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (rollout_id, stage, gate, principal_id),
        FOREIGN KEY (rollout_id, stage, gate) REFERENCES rollout_gates (rollout_id, stage, name)
      )`);
    await runner.query('DROP INDEX rollouts_open');
    await runner.query(`CREATE INDEX rollouts_open ON rollouts (application_id) WHERE state IN ('PENDING', 'RUNNING', 'PAUSED', 'HALTED', 'ROLLING_BACK')`);
  }

  /** Rows that only the newer build knows stay as they are: the older constraints hold for new rows alone. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX rollouts_open');
    await runner.query(`CREATE INDEX rollouts_open ON rollouts (application_id) WHERE ${OPEN}`);
    await runner.query('DROP TABLE rollout_approvals');
    await runner.query('DROP TABLE rollout_gates');
    await runner.query('ALTER TABLE targets DROP COLUMN hold_at, DROP COLUMN hold_by, DROP COLUMN hold_reason, DROP COLUMN hold_rollout_id');
    await runner.query('DROP INDEX rollout_targets_left_out');
    await runner.query('ALTER TABLE leases DROP COLUMN since');
    await runner.query('ALTER TABLE rollout_targets DROP COLUMN to_release_id, DROP COLUMN placement');
    await runner.query(`
      ALTER TABLE rollout_stages DROP COLUMN deadline_ms, DROP COLUMN soak_ms, DROP COLUMN settled_at, DROP COLUMN promoted_at, DROP COLUMN promoted_by, DROP COLUMN promoted_reason`);
    await runner.query(`
      ALTER TABLE rollouts DROP COLUMN stage_specs, DROP COLUMN on_failure, DROP COLUMN offline_wait_ms, DROP COLUMN waits_for, DROP COLUMN previous_release_id, DROP COLUMN reason`);
    await check(runner, 'rollout_targets', 'state', TARGET_STATES);
    await check(runner, 'rollouts', 'state', PHASES);
    await check(runner, 'rollouts', 'cause', CAUSES);
    await check(runner, 'rollouts', 'strategy', ['ALL_AT_ONCE']);
  }
}

/** NOT VALID: takes no look at the rows that are there, and so no long lock. */
async function check(runner: QueryRunner, table: string, column: string, values: readonly string[]): Promise<void> {
  const list = values.map((value) => `'${value}'`).join(', ');
  await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_${column}_check, ADD CONSTRAINT ${table}_${column}_check CHECK (${column} IN (${list})) NOT VALID`);
}
