import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who wrote what a release brings, and who says yes to it. A hub of the build before writes none of it, which reads as "not known". */
export class PeopleOfCommits1764241200000 implements MigrationInterface {
  readonly name = 'PeopleOfCommits1764241200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE releases ADD COLUMN people jsonb');
    await runner.query('ALTER TABLE applications ADD COLUMN settled_commit text');
    await runner.query('ALTER TABLE application_sources ADD COLUMN people jsonb');
    await runner.query(`ALTER TABLE api_tokens ADD COLUMN emails text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`ALTER TABLE rollout_approvals ADD COLUMN emails text[] NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rollout_approvals DROP COLUMN emails');
    await runner.query('ALTER TABLE api_tokens DROP COLUMN emails');
    await runner.query('ALTER TABLE application_sources DROP COLUMN people');
    await runner.query('ALTER TABLE applications DROP COLUMN settled_commit');
    await runner.query('ALTER TABLE releases DROP COLUMN people');
  }
}
