import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

describe('what a person sends by hand', () => {
  let ground: StagedGround;
  beforeEach(async () => {
    ground = await stagedGround();
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
  }, 60_000);
  afterEach(() => ground.close());

  const gated = twoStages({}, {}, { before: [{ name: 'go', approval: { approvals: 1 } }], maxConcurrency: 1 });

  it('is one target ahead of its stage and its gate, and the others wait as they did', async () => {
    await ground.application(gated);
    await ground.release();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0, c3: 0 });
    const { rollout: named } = value(await ground.deploy('c3'));
    expect(value(await ground.deploy('c3'))).toEqual({ rollout: named, hasChanged: false });
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0, c3: 1 });
    expect(value(await ground.deploy('c3'))).toEqual({ rollout: named, hasChanged: false });
    expect(await ground.rows(`SELECT named_by, named_reason FROM rollout_targets WHERE named_at IS NOT NULL`)).toEqual([{ named_by: 'admin', named_reason: 'a customer waits' }]);
    expect(await ground.rows(`SELECT 1 FROM audit_log WHERE action = 'deployTarget'`)).toHaveLength(1);
    await ground.answers(['c3']);
    expect(await ground.states()).toEqual({ c1: 'MOVING', c2: 'PENDING', c3: 'HEALTHY' });
    expect(await ground.deploy('c3')).toEqual({ ok: false, error: { code: 'ALREADY_AT_RELEASE' } });
    await ground.answers(['c1']);
    expect(await ground.rollouts()).toMatchObject([{ state: 'RUNNING', stages: 'canary:CLOSED rest:PENDING' }]);
    expect(await ground.assigned()).toMatchObject({ c2: 0 });
    value(await ground.approveAs('00000000-0000-7000-8000-0000000000aa', 'rest', 'go'));
    await ground.plan();
    await ground.answers(['c2']);
    expect(await ground.rollouts()).toMatchObject([{ state: 'SUCCEEDED' }]);
  });

  it('halts the rollout when it fails, before its stage has begun, and goes back with the others', async () => {
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await ground.release();
    for (const cluster of ['c1', 'c2', 'c3']) await ground.answers([cluster]);
    await ground.release();
    value(await ground.deploy('c3'));
    await ground.plan();
    await ground.fails('c3');
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLING_BACK' }]);
    await ground.answers(['c3']);
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
    expect(await ground.states()).toEqual({ c1: 'REVERTED', c2: 'SKIPPED ROLLED_BACK', c3: 'REVERTED' });
  });

  it('does not go past a check that had nobody to ask, as all had gone ahead, when it is tried again', async () => {
    await ground.application(twoStages({ stages: [{ name: 'most', selector: { all: true }, limit: 2 }, { name: 'last', selector: { all: true }, before: [{ name: 'queue-first', rollout: { application: 'queue' } }] }] }));
    await ground.release();
    value(await ground.deploy('c3'));
    await ground.plan();
    await ground.answers(['c1', 'c2']);
    expect(await ground.rows('SELECT state FROM rollout_gates')).toEqual([{ state: 'SKIPPED' }]);
    await ground.fails('c3');
    expect(await ground.rollouts()).toMatchObject([{ state: 'HALTED', stages: 'most:CLOSED last:OPEN' }]);
    value(await ground.tell('RETRY'));
    await ground.plan();
    expect([await ground.states(), await ground.rows('SELECT state FROM rollout_gates')]).toEqual([{ c1: 'HEALTHY', c2: 'HEALTHY', c3: 'PENDING' }, [{ state: 'WAITING' }]]);
    value(await ground.promote());
    await ground.plan();
    expect(await ground.states()).toMatchObject({ c3: 'MOVING' });
  });

  it('that is tried again after a long halt lets the gate that waited go on waiting: nobody asked it meanwhile', async () => {
    await ground.application(twoStages({}, {}, { before: [{ name: 'queue-first', rollout: { application: 'queue', deadline: 60_000 } }] }));
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.rows('SELECT state FROM rollout_gates')).toEqual([{ state: 'WAITING' }]);
    value(await ground.deploy('c3'));
    await ground.plan();
    await ground.fails('c3');
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '1 hour'`);
    value(await ground.tell('RETRY'));
    await ground.plan();
    expect([await ground.rollouts(), await ground.rows('SELECT state FROM rollout_gates')]).toMatchObject([[{ state: 'RUNNING' }], [{ state: 'WAITING' }]]);
  });

  it('is for one order: who failed and is tried again, or went away before, waits for stage and gate like the others', async () => {
    await ground.application(gated);
    await ground.release();
    value(await ground.deploy('c3'));
    await ground.connection('c3', 'AWAY');
    await ground.plan();
    await ground.connection('c3', 'CONNECTED');
    await ground.plan();
    expect(await ground.states()).toEqual({ c1: 'MOVING', c2: 'PENDING', c3: 'PENDING' });
    expect(await ground.assigned()).toMatchObject({ c3: 0 });
    value(await ground.deploy('c3'));
    await ground.plan();
    await ground.fails('c3');
    expect(await ground.states()).toMatchObject({ c3: 'FAILED OBJECTS_DEGRADED' });
    value(await ground.tell('RETRY'));
    await ground.plan();
    expect(await ground.states()).toEqual({ c1: 'MOVING', c2: 'PENDING', c3: 'PENDING' });
    expect(await ground.rows('SELECT count(*)::int AS n FROM rollout_targets WHERE is_named')).toEqual([{ n: 0 }]);
    expect(value(await ground.deploy('c3'))).toMatchObject({ hasChanged: true });
    await ground.plan();
    expect(await ground.states()).toMatchObject({ c3: 'MOVING' });
  });

  it('is forgotten where its cluster is away for longer than a blip, also where that is waited for', async () => {
    await ground.application({ ...gated, offlineWait: 3_600_000 });
    await ground.release();
    value(await ground.deploy('c3'));
    await ground.connection('c3', 'AWAY');
    await ground.plan();
    await ground.connection('c3', 'CONNECTED');
    await ground.plan();
    expect(await ground.assigned()).toMatchObject({ c3: 0 });
    expect(await ground.rows(`SELECT 1 FROM audit_log WHERE action = 'rollout.targetNotSentAhead'`)).toHaveLength(1);
  });

  it('is refused where it could not be done now, with the reason', async () => {
    await ground.application(gated);
    await ground.release();
    await ground.connection('c2', 'AWAY');
    expect(await ground.deploy('c2')).toEqual({ ok: false, error: { code: 'CLUSTER_OFFLINE' } });
    await ground.connection('c2', 'CONNECTED');
    expect(await ground.deploy('c2', ' ')).toEqual({ ok: false, error: { code: 'REASON_MISSING' } });
    value(await ground.tell('PAUSE'));
    expect(await ground.deploy('c2')).toEqual({ ok: false, error: { code: 'ROLLOUT_NOT_READY', phase: 'PAUSED' } });
    value(await ground.tell('RESUME'));
    await ground.rows(`UPDATE targets t SET hold_at = now(), hold_by = 'ada', hold_reason = 'x' FROM clusters c WHERE c.id = t.cluster_id AND c.name = 'c2'`);
    expect(await ground.deploy('c2')).toEqual({ ok: false, error: { code: 'TARGET_HELD' } });
    await ground.rows(`UPDATE targets SET hold_at = NULL`);
    await ground.rows(`UPDATE targets t SET blocked_reason = 'PARAMETER_MISSING' FROM clusters c WHERE c.id = t.cluster_id AND c.name = 'c2'`);
    expect(await ground.deploy('c2')).toEqual({ ok: false, error: { code: 'TARGET_BLOCKED', reason: 'PARAMETER_MISSING' } });
    value(await ground.tell('ABORT'));
    expect(await ground.deploy('c2')).toEqual({ ok: false, error: { code: 'ROLLOUT_OVER', phase: 'ABORTED' } });
  });

  it('is the newest release to some clusters, through their stages, and what waits for a go-ahead goes on waiting', async () => {
    await ground.application(twoStages(), { sync: { automated: false } });
    await ground.release();
    expect(await ground.goAhead('c1', 'nowhere')).toEqual({ ok: false, error: { code: 'TARGET_NOT_FOUND', name: 'web', clusters: ['nowhere'] } });
    value(await ground.goAhead('c1', 'c2'));
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0, c3: 0 });
    expect(await ground.goAhead('c3')).toEqual({ ok: false, error: { code: 'ROLLOUT_IN_PROGRESS', name: 'web', phase: 'RUNNING', isPartial: true } });
    await ground.answers(['c1']);
    await ground.answers(['c2']);
    expect(await ground.rollouts()).toMatchObject([{ state: 'PENDING', cause: 'RELEASE' }, { state: 'SUCCEEDED', cause: 'PARTIAL', stages: 'canary:CLOSED rest:CLOSED' }]);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 0 });
    value(await ground.goAhead());
    await ground.answers(['c1']);
    await ground.answers(['c2', 'c3']);
    expect(await ground.rollouts()).toMatchObject([{ state: 'SUCCEEDED' }, {}]);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('goes to some clusters round no gate: one that would stand behind an approval waits for it, though it is the only one, and a measurement of nobody is no answer', async () => {
    const metric = { name: 'errors', metric: { query: 'up', max: 1 } };
    await ground.application({ kind: 'STAGED', stages: [{ name: 'first', selector: { all: true }, limit: 1, after: [metric] }, { name: 'rest', selector: { all: true }, before: [{ name: 'go', approval: { approvals: 1 } }] }] }, { sync: { automated: false } });
    await ground.release();
    value(await ground.goAhead('c3'));
    await ground.plan();
    expect(await ground.assigned()).toMatchObject({ c3: 0 });
    expect(await ground.rows('SELECT name, state FROM rollout_gates WHERE rollout_id = $1 ORDER BY name', [await ground.newest()])).toEqual([{ name: 'errors', state: 'SKIPPED' }, { name: 'go', state: 'WAITING' }]);
    value(await ground.approveAs('00000000-0000-7000-8000-0000000000aa', 'rest', 'go'));
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 0, c2: 0, c3: 1 });
  });

  it('to some clusters goes back alone when it fails, and is not what the application has', async () => {
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }), { sync: { automated: false } });
    await ground.release();
    value(await ground.goAhead());
    await ground.answers(['c1']);
    await ground.answers(['c2', 'c3']);
    await ground.release();
    value(await ground.goAhead('c1'));
    await ground.fails('c1');
    await ground.answers(['c1']);
    expect(await ground.rollouts()).toMatchObject([{ release: 1 }, { state: 'PENDING', release: 2 }, { state: 'ROLLED_BACK', cause: 'PARTIAL' }]);
    expect(await ground.rows(`SELECT r.number FROM applications a JOIN releases r ON r.id = a.current_release_id`)).toEqual([{ number: 1 }]);
    await ground.fleet('c4');
    await ground.plan();
    expect(await ground.assigned()).toMatchObject({ c1: 1, c4: 1 });
  });

  it('is not begun anew while it is on its way, and waits for what goes back', async () => {
    await ground.application(twoStages({ onFailure: 'ROLLBACK', newerRelease: 'SKIP' }));
    await ground.release();
    expect(await ground.goAhead()).toEqual({ ok: false, error: { code: 'ROLLOUT_IN_PROGRESS', name: 'web', phase: 'RUNNING', isPartial: false } });
    await ground.answers(['c1']);
    await ground.answers(['c2', 'c3']);
    await ground.release();
    await ground.release();
    await ground.fails('c1');
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLING_BACK' }, { state: 'PENDING' }]);
    value(await ground.goAhead());
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLING_BACK' }, { state: 'PENDING' }]);
    await ground.answers(['c1']);
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLED_BACK' }, { state: 'RUNNING' }]);
  });
});
