import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What agents say that they keep for the time when neither hub nor Git answers. */
export class KeptContent1764298800000 implements MigrationInterface {
  readonly name = 'KeptContent1764298800000';

  async up(runner: QueryRunner): Promise<void> {
    // Ids of rendered content; null: the agent does not tell.
    await runner.query('ALTER TABLE target_status ADD COLUMN kept text[]');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE target_status DROP COLUMN kept');
  }
}
