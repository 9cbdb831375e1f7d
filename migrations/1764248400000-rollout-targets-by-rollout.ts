import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The planner asks for the targets of a rollout by its id alone. With the project in front the key was of no use for that, and every look read the targets of
 * all rollouts that there ever were.
 */
export class RolloutTargetsByRollout1764248400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rollout_targets DROP CONSTRAINT rollout_targets_pkey, ADD PRIMARY KEY (rollout_id, target_id, project_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rollout_targets DROP CONSTRAINT rollout_targets_pkey, ADD PRIMARY KEY (project_id, rollout_id, target_id)');
  }
}
