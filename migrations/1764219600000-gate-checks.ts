import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the checks of gates have come to: by metrics, by Jobs, by validators, in the cluster of a target or by the hub. */
export class GateChecks1764219600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rollout_gate_checks (
        project_id uuid NOT NULL,
        rollout_id uuid NOT NULL,
        stage text NOT NULL,
        gate text NOT NULL,
        -- The id of a target, or HUB.
        subject text NOT NULL,
        passes int NOT NULL DEFAULT 0,
        failures int NOT NULL DEFAULT 0,
        verdict text CHECK (verdict IN ('PASSED', 'FAILED')),
        message text NOT NULL DEFAULT '',
        value double precision,
        asked_at timestamptz,
        answered_at timestamptz,
        -- When it is to be asked again; what was asked and not answered by then is asked anew.
        next_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (rollout_id, stage, gate, subject),
        FOREIGN KEY (rollout_id, stage, gate) REFERENCES rollout_gates (rollout_id, stage, name)
      )`);
    await runner.query(`CREATE INDEX rollout_gates_checked ON rollout_gates (rollout_id) WHERE state = 'WAITING' AND spec ->> 'kind' NOT IN ('APPROVAL', 'WINDOW')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX rollout_gates_checked');
    await runner.query('DROP TABLE rollout_gate_checks');
  }
}
