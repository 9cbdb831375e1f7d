import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { findWork } from '../../src/features/planner/index.js';
import { anInput, value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

const FLEET = ['c1 tier=canary', 'c2', 'c3'];

describe('whoever comes later', () => {
  let ground: StagedGround;
  beforeEach(async () => void (ground = await stagedGround()), 60_000);
  afterEach(() => ground.close());

  async function everywhere(): Promise<void> {
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c2', 'c3']);
  }

  it('gets what ran before, where the last stage failed and a person aborted', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await ground.connection('c3', 'AWAY');
    await ground.release();
    await ground.answers(['c1']);
    await ground.fails('c2');
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'FAILED OBJECTS_DEGRADED', c3: 'SKIPPED CLUSTER_OFFLINE' });
    value(await ground.tell('ABORT'));
    await ground.connection('c3', 'CONNECTED');
    await ground.fleet('c4');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 1, c4: 1 });
  });

  it('gets nothing of a first release that was aborted on its way, neither do those that had waited for their stage', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await ground.release();
    await ground.fails('c1');
    value(await ground.tell('ABORT'));
    await ground.fleet('c4');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0, c3: 0, c4: 0 });
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2, c4: 2 });
  });

  it.each([['aborted', 'HALT'], ['taken back', 'ROLLBACK']] as const)('passes no gate on the way of an older release, where the newer one was %s', async (ended, onFailure) => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages({ onFailure }, {}, { before: [{ name: 'go', approval: {} }] }));
    await ground.release();
    await ground.answers(['c1']);
    await ground.release();
    if (ended === 'aborted') value(await ground.tell('ABORT'));
    else {
      await ground.fails('c1');
      await ground.answers(['c1']);
    }
    await ground.plan();
    expect(await ground.rollouts()).toMatchObject([{ state: 'SUPERSEDED' }, { state: ended === 'aborted' ? 'ABORTED' : 'ROLLED_BACK' }]);
    expect(await ground.assigned()).toMatchObject({ c2: 0, c3: 0 });
  });

  it('gets what all were well with, where a release was taken back that had taken the place of another', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await everywhere();
    await ground.release(); // has come to the canary only
    await ground.release();
    await ground.fails('c1');
    await ground.answers(['c1']);
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'SUPERSEDED' }, { state: 'ROLLED_BACK' }]);
    await ground.fleet('c4');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1, c4: 1 });
  });

  it('gets what the others run, while the next release waits for its person, and once that was aborted', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await ground.connection('c3', 'AWAY');
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c2']);
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'SUCCEEDED' }]);
    value(await ground.update('web', anInput({ sync: { automated: false }, strategy: twoStages() })));
    await ground.release();
    expect((await ground.rollouts()).at(-1)).toMatchObject({ state: 'PENDING' });
    await ground.connection('c3', 'CONNECTED');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
  });

  it('is looked for in the newest rollout alone: what was missed long ago keeps no planner busy', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await ground.connection('c2', 'AWAY');
    await everywhere();
    await ground.connection('c2', 'CONNECTED');
    await ground.plan();
    await ground.answers(['c2']);
    await everywhere();
    expect(await ground.assigned()).toEqual({ c1: 3, c2: 3, c3: 3 });
    value(await ground.rollBack({ cluster: 'c2' }));
    await ground.answers(['c2']);
    value(await ground.liftHold('c2'));
    expect(await findWork(ground.tx, 10)).toEqual([]);
  });

  it('finds the rollout that is under way, though a newer release waits for its person', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await ground.release();
    value(await ground.update('web', anInput({ sync: { automated: false }, strategy: twoStages() })));
    await ground.release();
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'RUNNING' }, { state: 'PENDING' }]);
    await ground.fleet('c4');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 1, c4: 0 });
    await ground.fails('c1');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 1, c4: 0 });
  });

  it('and comes back gets what the others run, though it was held in its former life', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await everywhere();
    value(await ground.rollBack({}));
    await ground.answers(['c1', 'c2', 'c3']);
    value(await ground.clusters.label('c3', { env: 'dev' }));
    await ground.plan();
    await ground.rows(`UPDATE tombstones SET created_at = created_at - interval '1 hour'`);
    await ground.plan();
    await ground.answers(['c3']);
    value(await ground.clusters.label('c3', { env: 'prod' }));
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it.each([[undefined, '10 minutes'], [twoStages({}, { deadline: 60_000 }, { deadline: 20 * 60_000 }), '20 minutes']] as const)('is waited for no longer than the most patient stage, and what runs goes on: %#', async (strategy, deadline) => {
    await ground.fleet('c1 tier=canary');
    await ground.application(strategy);
    await ground.release();
    await ground.answers(['c1']);
    await ground.fleet('c2');
    await ground.plan();
    await ground.answers(['c2'], { health: 'PROGRESSING' });
    const pass = async (time: string): Promise<unknown> => {
      await ground.rows(`UPDATE rollout_targets SET started_at = now() - $1::interval WHERE state = 'MOVING'`, [time]);
      await ground.plan();
      const [main, late] = await ground.rollouts();
      const [target] = await ground.rows<{ says: string }>(`SELECT x.state || coalesce(' ' || x.reason, '') AS says FROM rollout_targets x JOIN rollouts o ON o.id = x.rollout_id WHERE o.cause = 'LATE_MATCH'`);
      return [main?.state, late?.cause, late?.state, target?.says];
    };
    expect(await pass('30 seconds')).toEqual(['SUCCEEDED', 'LATE_MATCH', 'RUNNING', 'MOVING']);
    expect(await pass(deadline)).toEqual(['SUCCEEDED', 'LATE_MATCH', 'FAILED', 'FAILED DEADLINE_EXCEEDED']);
    // It keeps its order, nobody begins anew, and the next release takes it along.
    expect([await ground.assigned(), await findWork(ground.tx, 10)]).toEqual([{ c1: 1, c2: 1 }, []]);
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c2']);
    expect([await ground.assigned(), (await ground.rollouts()).at(-1)]).toEqual([{ c1: 2, c2: 2 }, expect.objectContaining({ cause: 'RELEASE', state: 'SUCCEEDED' })]);
  });

  it('is waited for no longer either, where a planner of an earlier version gave it no time', async () => {
    await ground.fleet('c1');
    await ground.application({ kind: 'ALL_AT_ONCE' });
    await ground.release();
    await ground.answers(['c1']);
    await ground.fleet('c2');
    await ground.plan();
    await ground.rows(`UPDATE rollout_stages SET deadline_ms = NULL`);
    await ground.rows(`UPDATE rollout_targets SET started_at = now() - interval '10 minutes' WHERE state = 'MOVING'`);
    await ground.plan();
    expect((await ground.rollouts()).map(({ cause, state }) => `${cause} ${state}`)).toEqual(['RELEASE SUCCEEDED', 'LATE_MATCH FAILED']);
  });
});
