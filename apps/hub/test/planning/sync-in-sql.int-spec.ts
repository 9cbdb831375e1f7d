import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { describeTargetState, HEALTH_STATES, SYNC_STATES } from '#domain';
import { seededRandom } from '#testing';
import { situationOf, type TargetRow } from '../../src/features/targets/target-row.js';
import { HEALTH, SELECT_TARGETS, SYNC } from '../../src/features/targets/target.sql.js';
import { planningGround, value, type PlanningGround } from './planning-ground.js';

jest.setTimeout(120_000);

const ROUNDS = 400;

describe('the sync state in SQL', () => {
  let ground: PlanningGround;
  beforeAll(async () => void (ground = await planningGround()));
  afterAll(() => ground.close());

  it('is the one that describeTargetState tells, whatever the row', async () => {
    await ground.joined('c1', { env: 'prod' });
    value(await ground.create('web'));
    const { released } = await ground.push({ 'apps/web/cm.yaml': 'a: 1' });
    await ground.rows('UPDATE rollouts SET state = $1', ['SUCCEEDED']);
    const { id } = await ground.view('web', 'c1');
    const random = seededRandom(11);
    const pick = <T>(values: readonly T[]): T => {
      const chosen = values[Math.floor(random.next() * values.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const state = pick(['ACTIVE', 'ACTIVE', 'REMOVING', 'REMOVED']);
      await ground.rows('UPDATE clusters SET ahead_epoch = $1', [pick([null, null, 0, 1, 2])]);
      await ground.rows('DELETE FROM tombstones');
      await ground.rows(
        `UPDATE targets SET state = $2, assigned_release_id = $3, order_epoch = $4, generation = $5, blocked_reason = $6, fact_mismatch = $7 WHERE id = $1`,
        [id, state, pick([released[0], released[0], null]), pick([null, 1, 2]), pick([0, 3, 4]), pick([null, null, 'PARAMETER_MISSING']), pick([true, false])],
      );
      await ground.rows(`UPDATE target_status SET sync = $2, health = $3, reason = 'SYNCED', epoch = $4, generation = $5, reported_at = $6, release_id = $7,
        refused_epoch = $8, refused_generation = $9, refused_reason = 'UNSUPPORTED_ASSIGNMENT' WHERE target_id = $1`, [
        id, pick(SYNC_STATES), pick(HEALTH_STATES), pick([0, 1, 2]), pick([2, 3, 4, 5]), pick([null, new Date()]), pick([null, released[0]]), pick([null, 0, 1, 2]), pick([3, 4]),
      ]);
      if (state !== 'ACTIVE') {
        await ground.rows(
          `INSERT INTO tombstones (project_id, id, target_id, application_id, cluster_id, mode, cause, generation, order_epoch, acknowledged_at)
           SELECT project_id, gen_random_uuid(), id, application_id, cluster_id, 'DELETE', 'SELECTOR', $2, $3, $4 FROM targets WHERE id = $1`,
          [id, pick([4, 5]), pick([null, 1, 2]), state === 'REMOVED' ? new Date() : pick([null, new Date()])],
        );
      }
      const [row] = await ground.rows<TargetRow & { readonly sync_sql: string; readonly health_sql: string }>(SELECT_TARGETS.replace('SELECT ', `SELECT ${SYNC} AS sync_sql, ${HEALTH} AS health_sql, `));
      if (row === undefined) throw new Error('no row');
      const { sync, health } = describeTargetState(situationOf(row));
      expect({ round, sync: row.sync_sql, health: row.health_sql }).toEqual({ round, sync, health });
    }
  });
});
