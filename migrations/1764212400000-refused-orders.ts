import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The order of each target that its agent did not get or did not take, and why. It stands apart from what the agent reports, which goes on about the order
 * before. Columns without a default: nothing is rewritten, and a hub of the build before leaves them alone.
 */
export class RefusedOrders1764212400000 implements MigrationInterface {
  readonly name = 'RefusedOrders1764212400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE target_status ADD COLUMN refused_epoch bigint, ADD COLUMN refused_generation bigint, ADD COLUMN refused_reason text, ADD COLUMN refused_message text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE target_status DROP COLUMN refused_epoch, DROP COLUMN refused_generation, DROP COLUMN refused_reason, DROP COLUMN refused_message');
  }
}
