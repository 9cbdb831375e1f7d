import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DeploymentMeasuresReadModel } from '../../src/features/history/deployment-measures.read-model.js';
import { value } from '../planning/planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from '../planning/staged-ground.js';

jest.setTimeout(120_000);

const HOUR = 3_600_000;

describe('the measures of deployments', () => {
  let ground: StagedGround;
  beforeEach(async () => void (ground = await stagedGround()), 60_000);
  afterEach(() => ground.close());

  const window = () => ({ since: new Date(Date.now() - HOUR), until: new Date(Date.now() + HOUR) });
  const measured = async () => value(await new DeploymentMeasuresReadModel(ground.tx).measure(ground.viewer, { project: ground.project.id, application: undefined }, window()));
  /** Of a rollout, in the words of SQL: the time from one moment to the one when its last stage was done. */
  async function untilDone(rollout: number, from: string): Promise<number> {
    const [row] = await ground.rows<{ ms: number }>(
      `SELECT (extract(epoch FROM (SELECT max(s.closed_at) FROM rollout_stages s WHERE s.rollout_id = o.id) - ${from}) * 1000)::float8 AS ms FROM rollouts o JOIN releases e ON e.id = o.release_id WHERE o.number = $1`, [rollout],
    );
    return row?.ms ?? Number.NaN;
  }
  /** A moment is read to the millisecond. */
  const same = (ms: number | undefined, expected: number): void => expect(Math.abs((ms ?? Number.NaN) - expected)).toBeLessThan(2);

  it('are those of rollouts that went well, halted and were got through, and went back', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({ onFailure: 'HALT' }));
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c2']);
    expect((await measured()).total).toMatchObject({ deployments: 1, failed: 0, changeFailureRate: 0, leadTime: { count: 1 } });
    same((await measured()).total.leadTime?.p50Ms, await untilDone(1, 'e.committed_at'));

    await ground.release();
    await ground.fails('c1');
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'HALTED' }]);
    expect((await measured()).total).toMatchObject({ deployments: 2, failed: 1, changeFailureRate: 0.5, timeToRestore: undefined, notRestored: 1 });
    await ground.tell('RETRY');
    await ground.plan();
    await ground.answers(['c1']);
    await ground.answers(['c2']);
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'SUCCEEDED' }]);
    const mended = (await measured()).total;
    expect(mended).toMatchObject({ deployments: 2, failed: 1, timeToRestore: { count: 1 }, notRestored: 0, leadTime: { count: 2 } });
    same(mended.timeToRestore?.p50Ms, await untilDone(2, 'o.failed_at'));
    // The failure is noted with what the audit log says of it, and stays noted when the rollout goes on.
    expect(await ground.rows(`SELECT o.failed_at <= g.at AND o.failed_at > o.created_at AS told FROM rollouts o JOIN audit_log g ON g.object_id = o.id::text AND g.action = 'rollout.halted'`)).toEqual([{ told: true }]);

    value(await ground.rollBack({}, 'too slow'));
    await ground.answers(['c1', 'c2']);
    await ground.release();
    // It began, and waits: what it would move is held.
    expect(await measured()).toMatchObject({ total: { deployments: 3, failed: 1, notRestored: 0, leadTime: { count: 2 } }, applications: [{ name: 'web', measures: { deployments: 3 } }] });
  });

  it('of another project or another time are none', async () => {
    await ground.fleet('c1');
    await ground.application({ kind: 'ALL_AT_ONCE' });
    await ground.release();
    await ground.answers(['c1']);
    expect((await measured()).total).toMatchObject({ deployments: 1, leadTime: { count: 1 } });
    const model = new DeploymentMeasuresReadModel(ground.tx);
    const elsewhere = { project: '00000000-0000-7000-8000-0000000000ff' as typeof ground.project.id, application: undefined };
    expect(value(await model.measure(ground.viewer, elsewhere, window()))).toMatchObject({ total: { deployments: 0 }, applications: [] });
    const before = { since: new Date(Date.now() - 3 * HOUR), until: new Date(Date.now() - 2 * HOUR) };
    expect(value(await model.measure(ground.viewer, { project: ground.project.id, application: undefined }, before)).total.deployments).toBe(0);
  });
});
