import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether the word of a person who sent a target ahead still stands: it allows one order. When, by whom and why stays with the target. Words given to the build before count as
 * used up: whoever still waits is sent by being told once more.
 */
export class NamesUsedUp1764291600000 implements MigrationInterface {
  readonly name = 'NamesUsedUp1764291600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rollout_targets ADD COLUMN is_named boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rollout_targets DROP COLUMN is_named');
  }
}
