import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATES = ['PENDING', 'WAITING', 'PASSED', 'FAILED', 'WAIVED'];

/** Gates that found no cluster to ask are SKIPPED. A hub of the build before judges such a gate anew, to PASSED, as it always did. */
export class GatesThatAskNobody1764295200000 implements MigrationInterface {
  readonly name = 'GatesThatAskNobody1764295200000';

  async up(runner: QueryRunner): Promise<void> {
    await check(runner, [...STATES, 'SKIPPED']);
  }

  /** Rows that only the newer build knows stay as they are: the older constraint holds for new rows alone. */
  async down(runner: QueryRunner): Promise<void> {
    await check(runner, STATES);
  }
}

/** NOT VALID: takes no look at the rows that are there, and so no long lock. */
async function check(runner: QueryRunner, states: readonly string[]): Promise<void> {
  await runner.query(`ALTER TABLE rollout_gates DROP CONSTRAINT rollout_gates_state_check, ADD CONSTRAINT rollout_gates_state_check CHECK (state IN (${states.map((state) => `'${state}'`).join(', ')})) NOT VALID`);
}
