import type { MigrationInterface, QueryRunner } from 'typeorm';

const CAUSES = ['RELEASE', 'SYNC', 'LATE_MATCH', 'PARAMETERS', 'POLICY', 'CATCH_UP', 'ROLLBACK'];

/**
 * Targets that a person sends ahead of their stage, and rollouts to some clusters only. A hub of the build before leaves the new columns empty; of a rollout of the new
 * cause it knows everything but the name of that.
 */
export class TargetsSentAhead1764266400000 implements MigrationInterface {
  readonly name = 'TargetsSentAhead1764266400000';

  async up(runner: QueryRunner): Promise<void> {
    await check(runner, [...CAUSES, 'PARTIAL']);
    await runner.query('ALTER TABLE rollout_targets ADD COLUMN named_at timestamptz, ADD COLUMN named_by text, ADD COLUMN named_reason text');
  }

  /** Rows that only the newer build knows stay as they are: the older constraint holds for new rows alone. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rollout_targets DROP COLUMN named_at, DROP COLUMN named_by, DROP COLUMN named_reason');
    await check(runner, CAUSES);
  }
}

/** NOT VALID: takes no look at the rows that are there, and so no long lock. */
async function check(runner: QueryRunner, values: readonly string[]): Promise<void> {
  await runner.query(`ALTER TABLE rollouts DROP CONSTRAINT rollouts_cause_check, ADD CONSTRAINT rollouts_cause_check CHECK (cause IN (${values.map((value) => `'${value}'`).join(', ')})) NOT VALID`);
}
