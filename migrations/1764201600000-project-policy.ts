import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Projects have rules of their own, for all their applications. A hub of the build before leaves them alone. */
export class ProjectPolicy1764201600000 implements MigrationInterface {
  readonly name = 'ProjectPolicy1764201600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE projects ADD COLUMN policy jsonb NOT NULL DEFAULT '{"health": [], "ignore": []}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE projects DROP COLUMN policy');
  }
}
