import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

describe('a rollout in stages', () => {
  let ground: StagedGround;
  beforeEach(async () => void (ground = await stagedGround()), 60_000);
  afterEach(() => ground.close());

  it('goes to one cluster, then to a fifth, then to the rest, when nothing else is said', async () => {
    await ground.fleet('c1', 'c2', 'c3', 'c4', 'c5', 'c6');
    await ground.application(undefined);
    await ground.release();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0, c3: 0, c4: 0, c5: 0, c6: 0 });
    await ground.answers(['c1'], { health: 'PROGRESSING', reason: 'PROGRESSING' });
    expect(await ground.assigned()).toMatchObject({ c2: 0 });
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1, c4: 0, c5: 0, c6: 0 });
    await ground.answers(['c2']);
    expect(await ground.assigned()).toMatchObject({ c4: 0 });
    await ground.answers(['c3']);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1, c4: 1, c5: 1, c6: 1 });
    await ground.answers(['c4', 'c5', 'c6']);
    expect(await ground.rollouts()).toEqual([{ state: 'SUCCEEDED', cause: 'RELEASE', release: 1, stages: 'canary:CLOSED early:CLOSED rest:CLOSED' }]);
  });

  it('halts at the first failure, touches nobody else, and goes on when told to retry', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages());
    await ground.release();
    await ground.fails('c1');
    expect(await ground.rollouts()).toEqual([{ state: 'HALTED', cause: 'RELEASE', release: 1, stages: 'canary:OPEN rest:PENDING' }]);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0 });
    expect(await ground.tell('RESUME')).toMatchObject({ ok: false, error: { code: 'ROLLOUT_NOT_READY', phase: 'HALTED' } });
    value(await ground.tell('RETRY'));
    await ground.plan();
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
  });

  it('fails a target that is not healthy within the deadline of its stage', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({}, { deadline: 60_000 }));
    await ground.release();
    await ground.answers(['c1'], { health: 'PROGRESSING', reason: 'PROGRESSING' });
    expect(await ground.states()).toEqual({ c1: 'MOVING', c2: 'PENDING' });
    await ground.rows(`UPDATE rollout_targets SET started_at = started_at - interval '61 seconds' WHERE state = 'MOVING'`);
    await ground.plan();
    expect(await ground.states()).toEqual({ c1: 'FAILED DEADLINE_EXCEEDED', c2: 'PENDING' });
    expect(await ground.rollouts()).toMatchObject([{ state: 'HALTED' }]);
  });

  it('soaks: all of the stage must stay healthy, and what falls ill halts it', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({}, { soak: 3_600_000 }));
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0 });
    await ground.answers(['c1'], { health: 'PROGRESSING', reason: 'PROGRESSING' });
    expect(await ground.rows(`SELECT settled_at FROM rollout_stages WHERE name = 'canary'`)).toEqual([{ settled_at: null }]);
    await ground.answers(['c1']);
    await ground.rows(`UPDATE rollout_stages SET settled_at = settled_at - interval '1 hour' WHERE name = 'canary'`);
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
    await ground.answers(['c2']);
    await ground.release();
    await ground.answers(['c1']);
    await ground.fails('c1');
    expect(await ground.rollouts()).toMatchObject([{ state: 'SUCCEEDED' }, { state: 'HALTED', stages: 'canary:OPEN rest:PENDING' }]);
  });

  it('waits for two different people at a gate', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({}, {}, { before: [{ name: 'go', approval: { approvals: 2 } }] }));
    await ground.release();
    await ground.answers(['c1']);
    const [ada, bob] = ['00000000-0000-7000-8000-0000000000aa', '00000000-0000-7000-8000-0000000000ab'];
    expect(await ground.approveAs(ada ?? '', 'rest', 'gone')).toMatchObject({ ok: false, error: { code: 'GATE_NOT_FOUND', stages: expect.arrayContaining(['rest']), gates: expect.arrayContaining([{ stage: 'rest', name: expect.any(String), kind: 'APPROVAL' }]) } });
    for (const comment of ['looks good', 'looks good', '', 'still good']) value(await ground.approveAs(ada ?? '', 'rest', 'go', comment));
    // A word that changes nothing is none.
    expect(await ground.rows(`SELECT 1 FROM audit_log WHERE action = 'approveGate'`)).toHaveLength(2);
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0 });
    expect(await ground.rows('SELECT state FROM rollout_gates')).toEqual([{ state: 'WAITING' }]);
    value(await ground.approveAs(bob ?? '', 'rest', 'go'));
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
    expect(await ground.rows('SELECT approver, comment FROM rollout_approvals ORDER BY approver')).toMatchObject([{ approver: ada, comment: 'still good' }, { approver: bob }]);
  });

  it('passes soak and gates when a person promotes it, with a reason', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({}, { soak: 3_600_000, after: [{ name: 'go', approval: {} }] }));
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.promote(' ')).toMatchObject({ ok: false, error: { code: 'REASON_MISSING' } });
    value(await ground.promote());
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
  });

  it('assigns nothing while it is paused, and nothing at all once it is aborted', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages());
    await ground.release();
    value(await ground.tell('PAUSE'));
    value(await ground.tell('PAUSE'));
    await ground.answers(['c1']);
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'PENDING' });
    value(await ground.tell('RESUME'));
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
    value(await ground.tell('ABORT'));
    expect(await ground.tell('ABORT')).toMatchObject({ ok: false, error: { code: 'ROLLOUT_OVER', phase: 'ABORTED' } });
    expect(await ground.rollouts()).toMatchObject([{ state: 'ABORTED' }]);
  });

  it('tries again what failed though its cluster went away before its turn', async () => {
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
    await ground.application(twoStages({}, {}, { failureBudget: 1, maxConcurrency: 1, soak: 3_600_000 }));
    await ground.release();
    await ground.answers(['c1']);
    await ground.fails('c2');
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'FAILED OBJECTS_DEGRADED', c3: 'MOVING' });
    value(await ground.tell('RETRY'));
    await ground.connection('c2', 'AWAY');
    await ground.plan();
    expect(await ground.states()).toMatchObject({ c2: 'SKIPPED CLUSTER_OFFLINE' });
    await ground.connection('c2', 'CONNECTED');
    await ground.plan();
    expect(await ground.states()).toMatchObject({ c2: 'PENDING' });
    expect(await ground.rows(`SELECT 1 FROM rollout_targets WHERE state = 'PENDING' AND generation IS NOT NULL`)).toHaveLength(1);
    await ground.answers(['c3']);
    await ground.answers(['c2']);
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'HEALTHY', c3: 'HEALTHY' });
  });

  it('leaves out a cluster that is away, counts it apart, and catches it up when it is back', async () => {
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
    await ground.application(twoStages());
    await ground.connection('c3', 'AWAY');
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'MOVING', c3: 'SKIPPED CLUSTER_OFFLINE' });
    await ground.connection('c3', 'CONNECTED');
    await ground.plan();
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'MOVING', c3: 'MOVING' });
    await ground.answers(['c2', 'c3']);
    expect(await ground.rollouts()).toMatchObject([{ state: 'SUCCEEDED' }]);
    await ground.release();
    await ground.answers(['c1']);
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
    await ground.answers(['c3']);
    await ground.connection('c2', 'AWAY');
    await ground.rows(`UPDATE rollout_targets SET started_at = started_at - interval '11 minutes' WHERE state = 'MOVING'`);
    await ground.plan();
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'SKIPPED CLUSTER_OFFLINE', c3: 'HEALTHY' });
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'SUCCEEDED' }]);
  });

  it('rolls out what a cluster missed that was away until after the end', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages());
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c2']);
    await ground.connection('c2', 'AWAY');
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'SUCCEEDED' }]);
    await ground.connection('c2', 'CONNECTED');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2 });
    expect(await ground.rollouts()).toMatchObject([{}, {}, { state: 'RUNNING', cause: 'CATCH_UP', release: 2 }]);
  });

  it('does not go past a stage of which every cluster is away: nobody has seen the release work', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages());
    await ground.connection('c1', 'AWAY');
    await ground.release();
    expect(await ground.states()).toEqual({ c1: 'SKIPPED CLUSTER_OFFLINE', c2: 'PENDING' });
    expect(await ground.rollouts()).toMatchObject([{ state: 'RUNNING', stages: 'canary:OPEN rest:PENDING' }]);
    value(await ground.promote());
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 0, c2: 1 });
  });

  it.each([
    ['REPLACE', 'SUPERSEDED', 'RUNNING', 2],
    ['WAIT', 'RUNNING', 'PENDING', 1],
    ['SKIP', 'RUNNING', 'PENDING', 1],
  ] as const)('does with a newer release as the strategy says: %s', async (newerRelease, first, second, onCanary) => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({ newerRelease }));
    await ground.release();
    await ground.release();
    expect(await ground.rollouts()).toMatchObject([{ state: first }, { state: second }]);
    expect(await ground.assigned()).toMatchObject({ c1: onCanary });
    if (newerRelease === 'REPLACE') return;
    await ground.answers(['c1']);
    await ground.answers(['c2']);
    expect(await ground.rollouts()).toMatchObject([{ state: 'SUCCEEDED' }, { state: newerRelease === 'WAIT' ? 'RUNNING' : 'PENDING' }]);
  });

  it('gives a cluster that joins meanwhile its place in the last stage that selects it', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages());
    await ground.release();
    await ground.fleet('c0 tier=canary');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c0: 0, c1: 1, c2: 0 });
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c0: 1, c1: 1, c2: 1 });
  });
});
