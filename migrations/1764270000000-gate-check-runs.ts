import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which run of a check a row is: begun anew it is another, and answers to the one before count no more. */
export class GateCheckRuns1764270000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rollout_gate_checks ADD COLUMN run uuid NOT NULL DEFAULT gen_random_uuid()');
    await runner.query('CREATE UNIQUE INDEX rollout_gate_checks_run ON rollout_gate_checks (run)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX rollout_gate_checks_run');
    await runner.query('ALTER TABLE rollout_gate_checks DROP COLUMN run');
  }
}
