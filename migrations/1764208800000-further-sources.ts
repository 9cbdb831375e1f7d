import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Applications with further sources: what was last found of each, and what each release pins of them. `sources_version` rises whenever something of that
 * changes; where it is not the evaluated one, the application waits for its next evaluation.
 */
export class FurtherSources1764208800000 implements MigrationInterface {
  readonly name = 'FurtherSources1764208800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE applications ADD COLUMN sources_version integer NOT NULL DEFAULT 0, ADD COLUMN evaluated_sources_version integer NOT NULL DEFAULT 0');
    await runner.query(`
      CREATE TABLE application_sources (
        project_id uuid NOT NULL,
        application_id uuid NOT NULL,
        name text NOT NULL,
        repository_id uuid NOT NULL,
        ref text NOT NULL,
        revision_id uuid,
        commit text,
        full_ref text,
        location text,
        digest text,
        reason text,
        message text,
        PRIMARY KEY (application_id, name),
        FOREIGN KEY (project_id, application_id) REFERENCES applications (project_id, id),
        FOREIGN KEY (project_id, repository_id) REFERENCES repositories (project_id, id),
        CHECK ((commit IS NULL) = (digest IS NULL))
      )`);
    await runner.query('CREATE INDEX application_sources_repository ON application_sources (repository_id, ref)');
    await runner.query(`
      CREATE TABLE release_sources (
        project_id uuid NOT NULL,
        release_id uuid NOT NULL,
        name text NOT NULL,
        repository_id uuid NOT NULL,
        commit text NOT NULL,
        ref text NOT NULL,
        full_ref text NOT NULL,
        location text,
        PRIMARY KEY (release_id, name),
        FOREIGN KEY (project_id, release_id) REFERENCES releases (project_id, id),
        FOREIGN KEY (project_id, repository_id) REFERENCES repositories (project_id, id)
      )`);
    await runner.query('CREATE INDEX release_sources_repository ON release_sources (repository_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE release_sources');
    await runner.query('DROP TABLE application_sources');
    await runner.query('ALTER TABLE applications DROP COLUMN sources_version, DROP COLUMN evaluated_sources_version');
  }
}
