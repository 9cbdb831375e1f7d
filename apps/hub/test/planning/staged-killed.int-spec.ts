import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Failpoints } from '#kernel';
import { value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

/** Dies at the nth failpoint that it meets. */
function dyingAt(nth: number): Failpoints {
  let met = 0;
  return {
    hit(name) {
      met += 1;
      if (met === nth) throw new Error(`killed at ${name}`);
    },
  };
}

describe('a planner of stages', () => {
  let ground: StagedGround;
  beforeEach(async () => void (ground = await stagedGround()), 60_000);
  afterEach(() => ground.close());

  async function planAndDieEverywhere(): Promise<number> {
    for (let nth = 1; nth < 60; nth += 1) {
      const died = await ground.plan(dyingAt(nth)).then(() => false, () => true);
      if (!died) return nth - 1;
    }
    throw new Error('it never came to the end');
  }

  it('that is killed at every failpoint of a rollout that fails and goes back ends where an undisturbed one does', async () => {
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c2', 'c3']);
    await ground.push({ 'apps/web/cm.yaml': 'a: worse' });
    const answer = async (clusters: readonly string[], report: Parameters<StagedGround['answer']>[2] = {}): Promise<void> => {
      for (const cluster of clusters) await ground.answer('web', cluster, report);
    };
    const story: readonly (() => Promise<unknown>)[] = [
      () => Promise.resolve(), () => answer(['c1']), () => answer(['c2'], { health: 'DEGRADED' }), () => answer(['c2', 'c3']), () => answer(['c1']),
    ];
    let deaths = 0;
    for (const chapter of story) {
      await chapter();
      deaths += await planAndDieEverywhere();
      const before = await ground.rows('SELECT sum(desired_seq) AS desired FROM clusters');
      await ground.plan();
      expect(await ground.rows('SELECT sum(desired_seq) AS desired FROM clusters')).toEqual(before);
    }
    expect(deaths).toBeGreaterThan(10);
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLED_BACK' }]);
    expect(await ground.states()).toEqual({ c1: 'REVERTED', c2: 'REVERTED', c3: 'REVERTED' });
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
    // Once there, once forth, once back; and each was held once.
    expect(await ground.rows(`SELECT c.name, count(*) FILTER (WHERE x.kind = 'ASSIGNED')::int AS orders, count(*) FILTER (WHERE x.kind = 'HELD')::int AS holds
      FROM target_transitions x JOIN targets t ON t.id = x.target_id JOIN clusters c ON c.id = t.cluster_id GROUP BY 1 ORDER BY 1`)).toEqual(
      ['c1', 'c2', 'c3'].map((name) => ({ name, orders: 3, holds: 1 })),
    );
    for (const action of ['rollout.rollingBack', 'rollout.ended']) expect(await ground.rows('SELECT count(*)::int AS n FROM audit_log WHERE action = $1', [action])).toEqual([{ n: action === 'rollout.ended' ? 2 : 1 }]);
    value(await ground.liftHold());
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });
});
