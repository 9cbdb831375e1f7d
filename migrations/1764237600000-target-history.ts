import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a change of a target needs for the past to be told from it: the epoch of the order, the rollout, the cause of a removal, who did it; when a rollout failed.
 * And what outlives dropped partitions: the newest change of each kind before the oldest moment that can still be asked for. Columns without a default: nothing is
 * rewritten, and a hub of the build before leaves them alone.
 */
export class TargetHistory1764237600000 implements MigrationInterface {
  readonly name = 'TargetHistory1764237600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE target_transitions ADD COLUMN epoch bigint, ADD COLUMN rollout_id uuid, ADD COLUMN cause text, ADD COLUMN actor text');
    // Observations are the many, and the newest of them is near the end of the index by time; every other kind is found here.
    await runner.query(`CREATE INDEX target_transitions_kind ON target_transitions (target_id, kind, at, id) WHERE kind <> 'OBSERVED'`);
    await runner.query('ALTER TABLE rollouts ADD COLUMN failed_at timestamptz');
    await runner.query('CREATE INDEX rollouts_created ON rollouts (project_id, created_at)');
    await runner.query(`
      CREATE TABLE target_baselines (
        cut timestamptz NOT NULL,
        target_id uuid NOT NULL,
        kind text NOT NULL,
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        project_id uuid NOT NULL,
        release_id uuid,
        generation bigint NOT NULL,
        epoch bigint,
        sync text,
        health text,
        reason text,
        message text,
        rollout_id uuid,
        cause text,
        actor text,
        PRIMARY KEY (cut, target_id, kind)
      )`);
    await runner.query('CREATE TABLE history_horizon (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), since timestamptz NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE history_horizon');
    await runner.query('DROP TABLE target_baselines');
    await runner.query('DROP INDEX rollouts_created');
    await runner.query('ALTER TABLE rollouts DROP COLUMN failed_at');
    await runner.query('DROP INDEX target_transitions_kind');
    await runner.query('ALTER TABLE target_transitions DROP COLUMN epoch, DROP COLUMN rollout_id, DROP COLUMN cause, DROP COLUMN actor');
  }
}
