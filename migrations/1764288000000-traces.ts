import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where in a trace a release belongs, and what the hint to look at a repository was part of. */
export class Traces1764288000000 implements MigrationInterface {
  readonly name = 'Traces1764288000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- W3C traceparent of the span of the release; null: made before there were traces.
      ALTER TABLE releases ADD COLUMN trace text;
      -- Taken by the look that follows the hint.
      ALTER TABLE repositories ADD COLUMN hint_trace text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE repositories DROP COLUMN hint_trace;
      ALTER TABLE releases DROP COLUMN trace;
    `);
  }
}
