import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the hub writes to Git: the credentials of a repository for that alone, and one row for each commit that is owed, from the moment it was asked for to how it
 * ended. Columns without a default and a table of its own: a hub of the build before leaves them alone.
 */
export class WritesToGit1764234000000 implements MigrationInterface {
  readonly name = 'WritesToGit1764234000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE repositories ADD COLUMN write_credentials_encrypted bytea, ADD COLUMN write_credentials_digest text');
    await runner.query(`
      CREATE TABLE git_writes (
        project_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('REVERT', 'PROMOTION')),
        application_id uuid NOT NULL,
        repository_id uuid NOT NULL,
        release_id uuid NOT NULL,
        rollout_id uuid,
        branch text NOT NULL,
        new_branch text,
        source_path text NOT NULL,
        target_path text NOT NULL,
        keep jsonb NOT NULL DEFAULT '[]',
        commit_message text NOT NULL,
        requested_by text NOT NULL,
        state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DONE', 'FAILED')),
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL DEFAULT now(),
        claim uuid,
        claimed_until timestamptz,
        commit text,
        url text,
        reason text,
        message text,
        created_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        PRIMARY KEY (project_id, id),
        UNIQUE (id),
        CHECK ((kind = 'REVERT') = (rollout_id IS NOT NULL)),
        FOREIGN KEY (project_id, application_id) REFERENCES applications (project_id, id),
        FOREIGN KEY (project_id, repository_id) REFERENCES repositories (project_id, id),
        FOREIGN KEY (project_id, release_id) REFERENCES releases (project_id, id),
        FOREIGN KEY (project_id, rollout_id) REFERENCES rollouts (project_id, id)
      )`);
    await runner.query(`CREATE INDEX git_writes_due ON git_writes (next_at) WHERE state = 'PENDING'`);
    await runner.query('CREATE INDEX git_writes_of_application ON git_writes (application_id, created_at, id)');
    await runner.query(`CREATE UNIQUE INDEX git_writes_of_rollout ON git_writes (rollout_id) WHERE rollout_id IS NOT NULL`);
    await runner.query(`CREATE UNIQUE INDEX git_writes_of_promotion ON git_writes (application_id, release_id) WHERE kind = 'PROMOTION'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE git_writes');
    await runner.query('ALTER TABLE repositories DROP COLUMN write_credentials_encrypted, DROP COLUMN write_credentials_digest');
  }
}
