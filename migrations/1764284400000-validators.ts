import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Services that are asked about rollouts, and which question to one of them is open. */
export class Validators1764284400000 implements MigrationInterface {
  readonly name = 'Validators1764284400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE validators (
        project_id uuid NOT NULL REFERENCES projects (id),
        id uuid NOT NULL,
        name text NOT NULL,
        url text NOT NULL,
        key_encrypted bytea NOT NULL,
        key_changed_at timestamptz NOT NULL DEFAULT now(),
        -- The key before, which signs beside the new one for a while.
        earlier_key_encrypted bytea,
        earlier_key_until timestamptz,
        version int NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (project_id, id),
        UNIQUE (id),
        UNIQUE (project_id, name)
      )`);
    // A question that is open, and how many were put; whoever answers it names it.
    await runner.query('ALTER TABLE rollout_gate_checks ADD COLUMN ask_id uuid, ADD COLUMN attempt int NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rollout_gate_checks DROP COLUMN ask_id, DROP COLUMN attempt');
    await runner.query('DROP TABLE validators');
  }
}
