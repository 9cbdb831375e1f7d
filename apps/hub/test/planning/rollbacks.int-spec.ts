import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { contentId, type Order } from '#domain';
import { anInput, value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

const FLEET = ['c1 tier=canary', 'c2', 'c3'];
const ALL = ['c1', 'c2', 'c3'];

describe('going back', () => {
  let ground: StagedGround;
  beforeEach(async () => void (ground = await stagedGround()), 60_000);
  afterEach(() => ground.close());

  async function everywhere(): Promise<void> {
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c2', 'c3']);
  }

  it('happens by itself, the last stage first, and holds against newer commits until a person lifts it', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await everywhere();
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
    await ground.fails('c2');
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLING_BACK' }]);
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 1 });
    await ground.answers(['c2', 'c3']);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
    await ground.answers(['c1']);
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLED_BACK' }]);
    expect(await ground.states()).toEqual({ c1: 'REVERTED', c2: 'REVERTED', c3: 'REVERTED' });

    await ground.release();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
    expect(await ground.states()).toEqual({ c1: 'SKIPPED HELD', c2: 'PENDING', c3: 'PENDING' });
    value(await ground.liftHold());
    expect(await ground.assigned()).toEqual({ c1: 3, c2: 1, c3: 1 });
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 3, c2: 3, c3: 3 });
  });

  it('never gives the release that was taken back to a cluster that comes later', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await everywhere();
    await ground.release();
    await ground.fails('c1');
    await ground.answers(['c1']);
    await ground.fleet('c4');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1, c4: 1 });
  });

  it('leads to the release that each was well with, not merely to the one before', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await everywhere();
    await ground.release(); // superseded while the canary is still busy with it
    await ground.release();
    await ground.fails('c1');
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('is over for who follows the branch again in the middle of it, and for who is sent back further', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await everywhere();
    value(await ground.rollBack({ release: 1 }));
    await ground.answers(['c2']); // seed 7010 of the kills: the others had not said a word yet when the hold was lifted
    await ground.release();
    value(await ground.liftHold());
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 3, c2: 3, c3: 3 });
    expect(await ground.rollouts()).toMatchObject([{}, {}, { cause: 'ROLLBACK', state: 'SUCCEEDED' }, { state: 'RUNNING', release: 3 }]);
    await ground.answers(['c2', 'c3']);

    value(await ground.rollBack({ release: 2 }));
    await ground.answers(['c1', 'c2']);
    value(await ground.rollBack({ release: 1, cluster: 'c3' }));
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 1 });
    expect(await ground.rollouts()).toMatchObject([{}, {}, {}, {}, { cause: 'ROLLBACK', state: 'SUCCEEDED', release: 2 }, { cause: 'ROLLBACK', state: 'RUNNING', release: 1 }]);
    const rows = await ground.rows<{ reason: string }>(`SELECT DISTINCT reason FROM rollout_targets WHERE state = 'SKIPPED'`);
    expect(rows).toEqual([{ reason: 'SUPERSEDED' }]);
  });

  it('of a whole application is one call, at once, and holds', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await everywhere();
    await ground.release();
    expect(await ground.rollBack({}, ' ')).toMatchObject({ ok: false, error: { code: 'REASON_MISSING' } });
    value(await ground.rollBack({ release: 1 }));
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
    expect(await ground.rollouts()).toMatchObject([{}, {}, { state: 'ABORTED' }, { cause: 'ROLLBACK', state: 'RUNNING', release: 1, stages: 'all:OPEN' }]);
    await ground.answers(ALL);
    await ground.release();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('of one target leaves the others alone, and its rollout goes on without it', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await ground.release();
    await ground.answers(['c1']);
    value(await ground.rollBack({ cluster: 'c2' }));
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 2 });
    await ground.answers(['c3']);
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'SKIPPED HELD', c3: 'HEALTHY' });
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'SUCCEEDED' }, { cause: 'ROLLBACK' }]);
    value(await ground.liftHold('c2'));
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
    expect(await ground.rollouts()).toMatchObject([{}, {}, { cause: 'ROLLBACK', state: 'SUCCEEDED' }, { cause: 'CATCH_UP', release: 2 }]);
  });

  it('of a stage takes its targets alone', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await everywhere();
    value(await ground.rollBack({ stage: 'rest' }));
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 1 });
  });

  it('tells which name is none, with those that there are', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    const cluster = { what: 'cluster', name: 'c9', known: ['c1', 'c2', 'c3'] };
    expect(await ground.rollBack({ stage: 'rst' })).toEqual({ ok: false, error: { code: 'NOTHING_MATCHES', misnamed: { what: 'stage', name: 'rst', known: ['canary', 'rest'] } } });
    expect(await ground.rollBack({ cluster: 'c9', stage: 'rest' })).toEqual({ ok: false, error: { code: 'NOTHING_MATCHES', misnamed: cluster } });
    expect(await ground.rollBack({ cluster: 'c2', stage: 'canary' })).toEqual({ ok: false, error: { code: 'NOTHING_MATCHES', misnamed: undefined } });
    expect(await ground.liftHold('c9')).toEqual({ ok: false, error: { code: 'NOTHING_HELD', misnamed: cluster } });
    expect(await ground.liftHold('c1')).toEqual({ ok: false, error: { code: 'NOTHING_HELD', misnamed: undefined } });
  });

  it('is refused whole while Git is away where an agent does not keep the very content, unless it may wait', async () => {
    const contentOf = (order: Order): string => (order.kind === 'ASSIGNMENT' ? contentId(order) : '');
    await ground.fleet('c1 tier=canary colour=red', 'c2 colour=red', 'c3 colour=red');
    await ground.application(twoStages(), { parameters: { colour: '{{ cluster.labels.colour }}' } });
    await everywhere();
    const kept = { c1: contentOf(await ground.order('web', 'c1')), c3: contentOf(await ground.order('web', 'c3')) };
    await everywhere();
    const assigned = { c1: 2, c2: 2, c3: 2 };
    await ground.rows(`UPDATE repositories SET reason = 'REPOSITORY_UNREACHABLE', last_success_at = '2026-11-01T12:00:00Z'`);
    const fleet = { name: 'fleet', reason: 'REPOSITORY_UNREACHABLE', lastReadAt: new Date('2026-11-01T12:00:00Z') };
    expect(await ground.rollBack()).toEqual({ ok: false, error: { code: 'RELEASE_OUT_OF_REACH', repositories: [fleet], notKept: [], unknown: ['web@c1', 'web@c2', 'web@c3'], reachable: [] } });
    await ground.answers(['c1'], { kept: ['0'.repeat(32), kept.c1] });
    await ground.answers(['c2'], { kept: [] });
    await ground.answers(['c3'], { kept: [kept.c3] });
    expect(await ground.rollBack()).toMatchObject({ error: { code: 'RELEASE_OUT_OF_REACH', notKept: ['web@c2'], unknown: [], reachable: ['web@c1', 'web@c3'] } });
    expect(await ground.assigned()).toEqual(assigned);
    expect(await ground.rows('SELECT 1 FROM targets WHERE hold_at IS NOT NULL')).toEqual([]);
    expect(value(await ground.rollBack({ cluster: 'c1' }))).toMatchObject({ waitingForGit: [] });
    expect(await ground.assigned()).toEqual({ ...assigned, c1: 1 });

    // Rendered with another colour it is other content, which nobody keeps.
    value(await ground.clusters.label('c3', { colour: 'blue' }));
    expect(await ground.rollBack({ cluster: 'c3' })).toMatchObject({ error: { code: 'RELEASE_OUT_OF_REACH', notKept: ['web@c3'], reachable: [] } });
    // A report that says nothing of it, as from an agent of an earlier version, is no promise.
    await ground.answers(['c1']);
    expect(await ground.rollBack({ cluster: 'c1', release: 1 })).toMatchObject({ error: { unknown: ['web@c1'] } });
    expect(value(await ground.rollBack({ release: 1 }, 'it burns', undefined, true))).toMatchObject({ waitingForGit: ['web@c2', 'web@c3', 'web@c1'] });
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('is refused whole where a target never ran the release, before anything is assigned', async () => {
    await ground.fleet('c1 tier=canary');
    await ground.application(twoStages());
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.rollBack()).toMatchObject({ ok: false, error: { code: 'NOTHING_TO_ROLL_BACK_TO', targets: ['web@c1'] } });
    await ground.release();
    await ground.answers(['c1']);
    await ground.fleet('c2');
    await ground.plan();
    await ground.answers(['c2']);
    expect(await ground.rollBack({ release: 1 })).toMatchObject({ ok: false, error: { code: 'RELEASE_NEVER_RAN', release: 1, targets: ['web@c2'], total: 1 } });
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2 });
    expect(await ground.rows('SELECT 1 FROM targets WHERE hold_at IS NOT NULL')).toEqual([]);
    expect(value(await ground.rollBack())).toMatchObject({ staying: ['web@c2'] });
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 2 });
  });

  it('that is said twice goes back once, and said again when it is done goes further back, never to what was left', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await everywhere();
    await everywhere();
    value(await ground.rollBack());
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
    value(await ground.rollBack());
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
    await ground.answers(ALL);
    value(await ground.rollBack());
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('by a person, while one goes on by itself, takes over and leads to the same', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await everywhere();
    await everywhere();
    await ground.release();
    await ground.answers(['c1']);
    await ground.fails('c2');
    expect(await ground.assigned()).toEqual({ c1: 3, c2: 2, c3: 2 });
    value(await ground.rollBack());
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
  });

  it('ends what else would bring the release that is left', async () => {
    await ground.fleet('c1 tier=canary size=1', 'c2 size=1', 'c3 size=1');
    await ground.application(twoStages(), { parameters: { env: '{{ cluster.labels.size }}' } });
    await everywhere();
    await everywhere();
    value(await ground.update('web', anInput({ parameters: { env: '{{ cluster.labels.size }}' }, strategy: twoStages({}, {}, { before: [{ name: 'manager', approval: { approvals: 1 } }] }) })));
    await ground.plan();
    value(await ground.clusters.label('c2', { size: '2' }));
    await ground.plan();
    expect((await ground.rollouts()).at(-1)).toMatchObject({ cause: 'PARAMETERS', state: 'RUNNING', release: 2 });
    value(await ground.rollBack());
    await ground.answers(ALL);
    value(await ground.liftHold());
    await ground.plan();
    expect((await ground.rollouts()).filter((rollout) => rollout.cause === 'PARAMETERS')).toMatchObject([{ state: 'SUPERSEDED' }]);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('by itself ends what else would bring the release that is left', async () => {
    await ground.fleet('c1 tier=canary size=1', 'c2 size=1', 'c3 size=1');
    const strategy = twoStages({ onFailure: 'ROLLBACK' }, { soak: 3_600_000 });
    await ground.application(strategy, { parameters: { env: '{{ cluster.labels.size }}' } });
    await ground.release();
    await ground.answers(['c1']);
    value(await ground.promote());
    await ground.plan();
    await ground.answers(['c2', 'c3']);
    await ground.release();
    await ground.answers(['c1']);
    value(await ground.clusters.label('c1', { size: '2' }));
    await ground.plan();
    expect((await ground.rollouts()).at(-1)).toMatchObject({ cause: 'PARAMETERS', state: 'RUNNING', release: 2 });
    await ground.fails('c1');
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLING_BACK', release: 2 }, { cause: 'PARAMETERS', state: 'SUPERSEDED' }]);
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('by hand waits for nobody longer than the deadline, and the hold stays', async () => {
    await ground.fleet(...FLEET);
    await ground.application(twoStages());
    await everywhere();
    await everywhere();
    value(await ground.rollBack());
    await ground.answers(['c1']);
    await ground.connection('c3', 'AWAY');
    await ground.rows(`UPDATE rollout_targets SET started_at = started_at - interval '11 minutes' WHERE state = 'MOVING'`);
    await ground.plan();
    expect(await ground.rows(`SELECT r.state, r.reason FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id JOIN targets t ON t.id = r.target_id JOIN clusters c ON c.id = t.cluster_id WHERE o.cause = 'ROLLBACK' ORDER BY c.name`))
      .toMatchObject([{ state: 'HEALTHY' }, { state: 'FAILED', reason: 'DEADLINE_EXCEEDED' }, { state: 'FAILED', reason: 'CLUSTER_OFFLINE' }]);
    expect((await ground.rollouts()).at(-1)).toMatchObject({ cause: 'ROLLBACK', state: 'FAILED' });
    expect(await ground.rows('SELECT 1 FROM targets WHERE hold_at IS NOT NULL')).toHaveLength(3);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('and its end are in the history of each target', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c2']);
    await ground.release();
    await ground.fails('c1');
    await ground.answers(['c1']);
    value(await ground.liftHold('c2'));
    value(await ground.rollBack({ cluster: 'c1', release: 1 }, 'to be sure'));
    const rows = await ground.rows(`SELECT c.name, x.kind, x.message FROM target_transitions x JOIN targets t ON t.id = x.target_id JOIN clusters c ON c.id = t.cluster_id WHERE x.kind IN ('HELD', 'HOLD_LIFTED') ORDER BY c.name, x.at`);
    expect(rows).toEqual([
      { name: 'c1', kind: 'HELD', message: 'rolled back: 1 failed in stage canary' }, { name: 'c1', kind: 'HELD', message: 'to be sure' },
      { name: 'c2', kind: 'HELD', message: 'rolled back: 1 failed in stage canary' }, { name: 'c2', kind: 'HOLD_LIFTED', message: 'a test' },
    ]);
  });
});
