import type { Explanation } from '#domain';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApplicationReadModel } from '../../src/features/applications/index.js';
import { ClusterReadModel } from '../../src/features/clusters/index.js';
import { ExplanationReadModel } from '../../src/features/explanations/explanation.read-model.js';
import { ReleaseReadModel } from '../../src/features/releases/index.js';
import { HurdleReadModel, RolloutReadModel } from '../../src/features/rollouts/index.js';
import { TargetReadModel } from '../../src/features/targets/index.js';
import { value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

describe('explaining a target', () => {
  let ground: StagedGround;
  beforeEach(async () => void (ground = await stagedGround()), 60_000);
  afterEach(() => ground.close());

  const explain = async (cluster: string, application = 'web'): Promise<Explanation | undefined> => {
    const { tx, viewer } = ground;
    const model = new ExplanationReadModel(tx, new ApplicationReadModel(tx), new ClusterReadModel(tx), new ReleaseReadModel(tx), new TargetReadModel(tx), new RolloutReadModel(tx), new HurdleReadModel(tx));
    return model.explain(viewer, { project: 'default', application, cluster });
  };
  /** The first step that is not ok: `KIND: message`. */
  const inTheWay = async (cluster: string): Promise<string> => {
    const first = (await explain(cluster))?.steps.find((step) => !step.isOk);
    return first === undefined ? 'nothing' : `${first.kind}: ${first.message}`;
  };

  it('tells a cluster that is not selected which label keeps it out, and nobody of what is not there', async () => {
    await ground.fleet('c1', 'c2 env=test');
    await ground.application(twoStages(), { selector: { matchLabels: { env: 'prod' } } });
    expect(await inTheWay('c1')).toBe('RELEASE: Application web has no release yet.');
    expect(await inTheWay('c2')).toBe('SELECTOR: The selector asks for env in (prod), and cluster c2 has env=test.');
    expect(await explain('c3')).toBeUndefined();
    expect(await explain('c1', 'other')).toBeUndefined();
  });

  it('tells a canary that does well, and who waits behind it for an approval', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({}, {}, { before: [{ name: 'go', approval: { approvals: 1 } }] }));
    await ground.release();
    expect(await inTheWay('c2')).toBe('HURDLE: 1 target under way and 0 to come in stage canary.');
    await ground.answers(['c1']);
    expect(await inTheWay('c1')).toBe('nothing');
    const told = await explain('c2');
    expect(told?.next).toEqual({ message: 'Gate go before stage rest waits for 1 more approval: approveGate.', at: undefined });
    expect(told?.steps.map(({ kind, isOk }) => `${kind} ${isOk}`)).toEqual(['SELECTOR true', 'APPLICATION true', 'RELEASE true', 'CONNECTION true', 'ROLLOUT true', 'STAGE true', 'HURDLE false', 'TARGET false']);
  });

  it('tells that a gate at the end of a stage without clusters has asked nobody', async () => {
    await ground.fleet('c1');
    await ground.application(twoStages({}, { after: [{ name: 'errors', metric: { query: 'up', max: 1 } }] }));
    await ground.release();
    expect((await explain('c1'))?.steps.find(({ kind }) => kind === 'STAGE')?.message).toMatch(/Gate errors at the end of stage canary is skipped, not passed\. It has asked nobody: no target of stage canary has taken the release\.$/);
  });

  it('tells of many rollouts at once what each waits for', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages());
    await ground.release();
    const over = await ground.newest();
    for (const cluster of ['c1', 'c2']) await ground.answers([cluster]);
    await ground.release();
    const views = await new RolloutReadModel(ground.tx).findByIds(ground.viewer, [over, await ground.newest()]);
    const hurdles = await new HurdleReadModel(ground.tx).ofMany(ground.viewer, views.filter((view) => view !== undefined));
    expect(hurdles).toMatchObject([[], [{ kind: 'TARGETS', stage: 'canary', message: '1 target under way and 0 to come in stage canary.' }]]);
  });

  it('tells the worst object of what is degraded, and of the rollout that has halted for it', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages());
    await ground.release();
    const ref = { group: 'apps', kind: 'Deployment', namespace: 'web', name: 'web' };
    await ground.answers(['c1'], { health: 'DEGRADED', unhealthy: [{ ref, health: 'DEGRADED', message: 'no image' }] });
    const told = await explain('c1');
    expect(told?.steps.filter((step) => !step.isOk)).toMatchObject([{ kind: 'STAGE', reason: 'OBJECTS_DEGRADED' }, { kind: 'HURDLE' }, { kind: 'HEALTH', message: 'What it runs is DEGRADED; Deployment.apps web/web is DEGRADED: no image.' }]);
    expect(await inTheWay('c2')).toMatch(/^ROLLOUT: Rollout 1 is HALTED/);
    expect((await explain('c2'))?.next.message).toContain('retry what failed');
  });

  it('tells of a hold after a rollback, and of a cluster that is away', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages());
    for (let n = 0; n < 2; n += 1) {
      await ground.release();
      await ground.answers(['c1']);
      await ground.answers(['c2']);
    }
    expect(await inTheWay('c2')).toBe('nothing');
    value(await ground.rollBack({}, 'checkout is broken'));
    expect(await inTheWay('c1')).toMatch(/^HOLD: The target is held.*checkout is broken\.$/);
    value(await ground.liftHold());
    await ground.connection('c2', 'AWAY');
    expect(await inTheWay('c2')).toBe('CONNECTION: The agent of cluster c2 is away; what follows is what it said last.');
  });
});
