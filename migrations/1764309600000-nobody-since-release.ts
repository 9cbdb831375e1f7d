import type { MigrationInterface, QueryRunner } from 'typeorm';

const NOBODY = `'{"isComplete": true, "people": []}'::jsonb`;

/**
 * Who wrote what a further source brings: where the newest release pins what was found, nobody has written since. Every other row without people is of a build that
 * did not write them down, and stays unknown until its application is released the next time.
 */
export class NobodySinceRelease1764309600000 implements MigrationInterface {
  readonly name = 'NobodySinceRelease1764309600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE application_sources s SET people = ${NOBODY} FROM release_sources p
      WHERE s.people IS NULL AND p.name = s.name AND p.repository_id = s.repository_id AND p.commit = s.commit
        AND p.release_id = (SELECT r.id FROM releases r WHERE r.application_id = s.application_id ORDER BY r.number DESC LIMIT 1)`);
  }

  /** For the build before no people is nobody. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE application_sources SET people = NULL WHERE people = ${NOBODY}`);
  }
}
