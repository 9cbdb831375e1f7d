import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Repositories have a type, and a release of an archive says where the archive lies and what it is. */
export class RegistriesAndChartRepositories1764205200000 implements MigrationInterface {
  readonly name = 'RegistriesAndChartRepositories1764205200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE repositories ADD COLUMN type text NOT NULL DEFAULT 'GIT' CHECK (type IN ('GIT', 'OCI', 'HELM'))`);
    await runner.query('ALTER TABLE releases ADD COLUMN full_ref text, ADD COLUMN location text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE releases DROP COLUMN full_ref, DROP COLUMN location');
    await runner.query('ALTER TABLE repositories DROP COLUMN type');
  }
}
