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
});
