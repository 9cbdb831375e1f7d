import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each followed ref knows the line of history that it is on, where it left that line, and to where a person lets it move. What it replaces,
 * `applications.accepted_rewrite`, stays for hubs of the build before, which run beside this one during an upgrade; a later release drops it.
 */
export class LinesOfHistory1764115200000 implements MigrationInterface {
  readonly name = 'LinesOfHistory1764115200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE repository_refs
        ADD COLUMN good_full_ref text,
        ADD COLUMN good_commit text,
        ADD COLUMN rewrite text CHECK (rewrite IN ('DELETED', 'RENAMED', 'TAG_MOVED', 'DIVERGED')),
        ADD COLUMN rewritten_full_ref text,
        ADD COLUMN rewritten_commit text,
        ADD COLUMN rewritten_at timestamptz,
        ADD COLUMN approved_full_ref text,
        ADD COLUMN approved_commit text,
        ADD COLUMN approved_by uuid,
        ADD COLUMN approved_at timestamptz,
        ADD CONSTRAINT repository_refs_good CHECK ((good_full_ref IS NULL) = (good_commit IS NULL)),
        ADD CONSTRAINT repository_refs_rewrite CHECK ((rewrite IS NULL) = (rewritten_at IS NULL) AND (rewritten_commit IS NULL OR rewrite IS NOT NULL)),
        ADD CONSTRAINT repository_refs_approved CHECK ((approved_commit IS NULL) = (approved_full_ref IS NULL) AND (approved_commit IS NULL) = (approved_at IS NULL))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE repository_refs
        DROP COLUMN good_full_ref, DROP COLUMN good_commit, DROP COLUMN rewrite, DROP COLUMN rewritten_full_ref, DROP COLUMN rewritten_commit, DROP COLUMN rewritten_at,
        DROP COLUMN approved_full_ref, DROP COLUMN approved_commit, DROP COLUMN approved_by, DROP COLUMN approved_at`);
  }
}
