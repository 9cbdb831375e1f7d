import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { err, noFailpoints, ok, silentLog, type Failpoints } from '#kernel';
import type { GateInput } from '#domain';
import { systemRandom, systemTimers } from '#runtime';
import { decodeRequestFailure } from '#wire';
import { GateCheckRunner, type ClusterAsker } from '../../src/features/gate-checks/index.js';
import { value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

type Answer = Awaited<ReturnType<ClusterAsker['measureMetric']>>;
const measures = (value: number): Answer => ok({ value, warnings: [] });
/** As it comes from an agent that means no good: a NUL in a row of a check would keep its gate waiting for ever. */
const DOWN: Answer = err(decodeRequestFailure({ code: 'UNAVAILABLE', message: 'Prometheus at prometheus:9090 cannot be reached\0(ECONNREFUSED)' }));
const errors = (rest: NonNullable<GateInput['metric']> = {}): readonly GateInput[] => [{ name: 'errors', metric: { query: 'errors{c="{{ cluster.name }}"}', max: 1, interval: 10_000, ...rest } }];

describe('a gate that measures', () => {
  let ground: StagedGround;
  let asked: string[];
  let jobs: { readonly job: string; readonly run: string; readonly hasBegun: boolean }[];
  let stateOfJob: Awaited<ReturnType<ClusterAsker['gateJob']>>;
  let answer: (cluster: string) => Answer | Promise<Answer>;
  beforeEach(async () => {
    ground = await stagedGround();
    asked = [];
    jobs = [];
    stateOfJob = ok({ state: 'RUNNING', message: '' });
    answer = () => measures(0);
  }, 60_000);
  afterEach(() => ground.close());

  /** One look of a replica at what is due, to its end. */
  async function look(replica = 'test', failpoints: Failpoints = noFailpoints): Promise<void> {
    const asker: ClusterAsker = {
      replica,
      measureMetric: async (cluster, query) => {
        const [row] = await ground.rows<{ name: string }>('SELECT name FROM clusters WHERE id = $1', [cluster]);
        asked.push(`${replica} ${query}`);
        return answer(row?.name ?? '');
      },
      gateJob: (_cluster, { job, run, hasBegun }) => {
        jobs.push({ job, run, hasBegun });
        return Promise.resolve(stateOfJob);
      },
    };
    const runner = new GateCheckRunner({ tx: ground.tx, asker, failpoints, notifications: { listen: () => () => undefined, onReconnect: () => () => undefined }, timers: systemTimers, random: systemRandom, log: silentLog });
    await runner.pass();
    await runner.stop();
  }
  const later = (seconds: number): Promise<unknown> => ground.rows(`UPDATE rollout_gate_checks SET next_at = next_at - $1 * interval '1 second', asked_at = asked_at - $1 * interval '1 second'`, [seconds]);
  const gate = async (): Promise<string> => {
    const rows = await ground.rows<{ text: string }>(
      `SELECT g.state || coalesce(': ' || string_agg(c.name || ' ' || coalesce(k.verdict, '-') || ' ' || k.passes || '/' || k.failures || ' ' || k.message, '; ' ORDER BY c.name), '') AS text
       FROM rollout_gates g LEFT JOIN rollout_gate_checks k ON k.rollout_id = g.rollout_id AND k.gate = g.name LEFT JOIN targets t ON t.id::text = k.subject LEFT JOIN clusters c ON c.id = t.cluster_id
       WHERE g.rollout_id = $1 GROUP BY g.rollout_id, g.stage, g.name`, [await ground.newest()],
    );
    return rows.map(({ text }) => text).join('\n');
  };
  /** Release 1 is everywhere; release 2 is well on the canary and stands before its gate. */
  async function atTheGate(rest: NonNullable<GateInput['metric']> = {}, canaries: readonly string[] = ['c1'], after: readonly GateInput[] = errors(rest)): Promise<void> {
    await ground.fleet(...canaries.map((name) => `${name} tier=canary`), 'c9');
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }));
    await ground.release();
    await ground.answers(canaries);
    await ground.answers(['c9']);
    const [row] = await ground.rows<{ version: number }>(`SELECT version FROM applications`);
    value(await ground.update('web', { source: { repository: 'fleet', ref: 'main', path: 'apps/web' }, selector: { matchLabels: { env: 'prod' } }, strategy: twoStages({ onFailure: 'ROLLBACK' }, { after }) }, { version: row?.version ?? 0 }));
    await ground.release();
    await ground.answers(canaries);
  }

  it('asks in the cluster of every target that is well, with its own query, and lets the rollout on when all are good', async () => {
    await atTheGate({}, ['c1', 'c2']);
    expect(await gate()).toBe('WAITING: c1 - 0/0 ; c2 - 0/0 ');
    await look();
    expect(asked.toSorted()).toEqual(['test errors{c="c1"}', 'test errors{c="c2"}']);
    expect(await gate()).toBe('WAITING: c1 PASSED 1/0 0 in cluster c1: good, 1 of 1; c2 PASSED 1/0 0 in cluster c2: good, 1 of 1');
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c9: 2 });
  });

  it('takes the release back by itself when it is bad in one cluster, and says where and how', async () => {
    await atTheGate({}, ['c1', 'c2']);
    answer = (cluster) => measures(cluster === 'c2' ? 7 : 0);
    await look();
    await ground.plan();
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLING_BACK', stages: 'canary:OPEN rest:PENDING' }]);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c9: 1 });
    expect(await ground.rows('SELECT reason FROM rollouts ORDER BY number DESC LIMIT 1')).toEqual([{ reason: 'gate errors of stage canary failed: 7 in cluster c2: more than 1, bad once with 0 allowed' }]);
    await later(60);
    await look();
    expect(asked).toHaveLength(2); // nothing is asked for a gate that has failed
  });

  it('never passes while the source is down, and fails at its deadline', async () => {
    await atTheGate({ deadline: 60_000 });
    answer = () => DOWN;
    for (let round = 0; round < 4; round += 1) {
      await look();
      await ground.plan();
      expect(await gate()).toBe('WAITING: c1 - 0/0 In cluster c1: Prometheus at prometheus:9090 cannot be reached (ECONNREFUSED)');
      await later(11);
    }
    expect(asked).toHaveLength(4);
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '61 seconds'`);
    await ground.plan();
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLING_BACK' }]);
    expect(await ground.rows('SELECT reason FROM rollouts ORDER BY number DESC LIMIT 1')).toEqual([
      { reason: 'gate errors of stage canary was not passed by its deadline: In cluster c1: Prometheus at prometheus:9090 cannot be reached (ECONNREFUSED)' },
    ]);
    expect(await ground.assigned()).toEqual({ c1: 1, c9: 1 });
  });

  it('counts its deadline through changes of planners, without the time in which there was none', async () => {
    await atTheGate({ deadline: 60_000 });
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '80 seconds'`);
    await ground.rows(`UPDATE leases SET idle_ms = idle_ms + 30000, since = now() - interval '31 seconds'`); // an outage of 30 s, and who plans now has done so for 31 s
    await ground.plan();
    expect(await gate()).toContain('WAITING');
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '11 seconds'`);
    await ground.plan();
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'ROLLING_BACK' }]);
  });

  it('counts the deadline of a gate that a planner of an earlier version wrote from its own planner', async () => {
    await atTheGate({ deadline: 60_000 });
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '80 seconds', idle_ms = NULL`);
    await ground.rows(`UPDATE leases SET since = now() - interval '31 seconds'`);
    await ground.plan();
    expect(await gate()).toContain('WAITING');
  });

  it('measures as often as it was told, and no sooner, and bears as many bad ones as it may', async () => {
    await atTheGate({ count: 2, failureLimit: 1 });
    for (const [nth, [seen, said]] of [[5, 'c1 - 0/1 5 in cluster c1: more than 1, bad once with 1 allowed'], [0, 'c1 - 1/1 0 in cluster c1: good, 1 of 2'], [1, 'c1 PASSED 2/1 1 in cluster c1: good, 2 of 2']].entries() as ArrayIterator<[number, [number, string]]>) {
      answer = () => measures(seen);
      await look();
      expect(await gate()).toBe(`WAITING: ${said}`);
      await later(9);
      await look();
      expect(asked).toHaveLength(nth + 1);
      await later(2);
    }
    await look();
    expect(asked).toHaveLength(3);
  });

  it('says why there is no answer, and what was warned of where there is one', async () => {
    await atTheGate();
    const said: readonly (readonly [Answer, string])[] = [
      [err({ code: 'UNKNOWN_REQUEST', message: '' }), '- 0/0 The agent of cluster c1 is too old to be asked: upgrade it'],
      [err({ code: 'REFUSED', message: 'Prometheus at p refuses the query: bad_data: 1:1: parse error' }), '- 0/0 In cluster c1: Prometheus at p refuses the query: bad_data: 1:1: parse error'],
      [err({ code: 'NOT_FOUND', message: 'there is no data' }), '- 0/0 In cluster c1: there is no data'],
      [err({ code: 'AGENT_NOT_CONNECTED' }), '- 0/0 The agent of cluster c1 is not connected'],
      [err({ code: 'OVERLOADED', message: '' }), '- 0/0 The agent of cluster c1 is busy with other questions'],
      [err({ code: 'TIMEOUT', message: '' }), '- 0/0 In cluster c1 there was no answer in time'],
      [ok({ value: 0, warnings: ['partial data'] }), 'PASSED 1/0 0 in cluster c1: good, 1 of 1; Prometheus warns: partial data'],
    ];
    for (const [given, message] of said) {
      answer = () => given;
      await look();
      expect(await gate()).toBe(`WAITING: c1 ${message}`);
      await later(11);
    }
  });

  it('is asked by the replica that holds the stream alone, and by the next one when that was killed before it wrote the answer', async () => {
    await atTheGate();
    await look('other');
    expect(asked).toEqual([]);
    await look('test', { hit: (name) => { if (name === 'gate-checks.after-answer') throw new Error('killed'); } });
    expect(asked).toEqual(['test errors{c="c1"}']);
    await ground.rows(`UPDATE clusters SET connected_replica = 'other' WHERE name = 'c1'`);
    await look('other');
    expect(asked).toHaveLength(1); // the first one may still write
    await later(31);
    await Promise.all([look('other'), look('other'), look('test')]);
    expect(asked).toEqual(['test errors{c="c1"}', 'other errors{c="c1"}']);
    expect(await gate()).toBe('WAITING: c1 PASSED 1/0 0 in cluster c1: good, 1 of 1');
  });

  it('counts one of two answers to the same question, though both replicas got one', async () => {
    await atTheGate({ count: 5 });
    let release: () => void = () => undefined;
    answer = () => new Promise<Answer>((resolve) => (release = () => resolve(measures(0))));
    const slow = look();
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await later(31); // it counts as lost
    answer = () => measures(1);
    await look();
    release();
    await slow;
    expect(await gate()).toBe('WAITING: c1 - 1/0 1 in cluster c1: good, 1 of 5');
  });

  it('begins anew when a person tries again, and takes no answer to what was asked before', async () => {
    await atTheGate({ deadline: 60_000 });
    await ground.rows(`UPDATE rollouts SET on_failure = 'HALT'`);
    answer = async () => {
      await ground.rows(`UPDATE rollout_gates SET since = since - interval '61 seconds'`);
      await ground.plan();
      value(await ground.tell('RETRY'));
      await ground.plan();
      return measures(7);
    };
    await look();
    expect(await gate()).toBe('WAITING: c1 - 0/0 ');
    answer = () => measures(0);
    await look();
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c9: 2 });
  });

  it('asks nothing while the rollout is paused or the gate was let pass, and whoever comes late too', async () => {
    await atTheGate();
    value(await ground.tell('PAUSE'));
    await look();
    expect(asked).toEqual([]);
    value(await ground.tell('RESUME'));
    await look();
    expect(asked).toEqual(['test errors{c="c1"}']);
    await ground.fleet('c2 tier=canary'); // joins the last stage that selects it, which has no gate
    await ground.plan();
    expect(await ground.assigned()).toMatchObject({ c9: 2, c2: 2 });
    expect(asked).toHaveLength(1);
  });

  it('runs a Job once: every question is about the same run, also of another replica, until a person tries again', async () => {
    await atTheGate({}, ['c1'], [{ name: 'smoke', job: { name: 'smoke' } }]);
    await ground.rows(`UPDATE rollouts SET on_failure = 'HALT'`);
    await look('test', { hit: (name) => { if (name === 'gate-checks.after-answer') throw new Error('killed'); } });
    await later(31);
    await ground.rows(`UPDATE clusters SET connected_replica = 'other' WHERE name = 'c1'`);
    await look('other');
    expect(await gate()).toBe('WAITING: c1 - 0/0 Job smoke runs in cluster c1');
    await later(4);
    stateOfJob = ok({ state: 'FAILED', message: 'BackoffLimitExceeded\ncheckout answers 500' });
    await look('other');
    await ground.plan();
    expect(new Set(jobs.map(({ run }) => run)).size).toBe(1);
    expect(jobs.map(({ hasBegun }) => hasBegun)).toEqual([false, false, true]); // of the first answer nobody ever heard
    expect(await ground.rollouts()).toMatchObject([{}, { state: 'HALTED' }]);
    expect(await ground.rows('SELECT reason FROM rollouts ORDER BY number DESC LIMIT 1')).toEqual([{ reason: 'gate smoke of stage canary failed: Job smoke has failed in cluster c1: BackoffLimitExceeded\ncheckout answers 500' }]);
    value(await ground.tell('RETRY'));
    await ground.plan();
    stateOfJob = ok({ state: 'SUCCEEDED', message: '' });
    await look('other');
    await ground.plan();
    expect(jobs.at(-1)).toMatchObject({ hasBegun: false });
    expect(new Set(jobs.map(({ run }) => run)).size).toBe(2);
    expect(await ground.assigned()).toEqual({ c1: 2, c9: 2 });
  });

  it('asks anew about one that passed it, failed then, and is tried again', async () => {
    await ground.fleet('c1 tier=canary', 'c2 tier=canary', 'c9');
    await ground.application(twoStages({}, { after: errors() }));
    await ground.release();
    await ground.answers(['c1', 'c2']);
    answer = (cluster) => (cluster === 'c1' ? measures(0) : DOWN);
    await look();
    await ground.fails('c1');
    expect(await ground.rollouts()).toMatchObject([{ state: 'HALTED' }]);
    value(await ground.tell('RETRY'));
    await ground.plan();
    await ground.answers(['c1']);
    answer = (cluster) => (cluster === 'c2' ? measures(0) : DOWN);
    await later(10);
    await look();
    await ground.plan();
    expect(await ground.assigned()).toMatchObject({ c9: 0 });
    answer = () => measures(0);
    await later(10);
    await look();
    await ground.plan();
    expect(await ground.assigned()).toMatchObject({ c9: 1 });
  });

  it('is let pass by a person, who then is not asked for', async () => {
    await atTheGate();
    value(await ground.promote());
    await ground.plan();
    await look();
    expect([asked, await gate()]).toEqual([[], expect.stringContaining('WAIVED')]);
  });

  it('stands before a stage too, and asks there in the clusters that are to move', async () => {
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
    await ground.connection('c3', 'AWAY');
    await ground.application(twoStages({}, {}, { before: errors() }));
    await ground.release();
    await ground.answers(['c1']);
    await look();
    expect(asked).toEqual(['test errors{c="c2"}']);
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 0 });
  });
});
