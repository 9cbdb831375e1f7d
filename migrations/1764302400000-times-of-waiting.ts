import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the planner looks again of itself at a rollout that waits, and how long nobody has planned while a gate waited. */
export class TimesOfWaiting1764302400000 implements MigrationInterface {
  readonly name = 'TimesOfWaiting1764302400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The past for all that are there: they are looked at at once.
      ALTER TABLE rollouts ADD COLUMN look_again_at timestamptz NOT NULL DEFAULT now();
      -- How long nobody has held the lease, altogether.
      ALTER TABLE leases ADD COLUMN idle_ms bigint NOT NULL DEFAULT 0;
      -- That of the planner's lease at \`since\`; null: an earlier version wrote the gate.
      ALTER TABLE rollout_gates ADD COLUMN idle_ms bigint;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE rollout_gates DROP COLUMN idle_ms;
      ALTER TABLE leases DROP COLUMN idle_ms;
      ALTER TABLE rollouts DROP COLUMN look_again_at;
    `);
  }
}
