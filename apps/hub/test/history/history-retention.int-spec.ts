import { clusterId } from '#domain';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PastTargetsReadModel } from '../../src/features/history/past-targets.read-model.js';
import { dropOldHistory, systemScope } from '../../src/platform/database/index.js';
import { value } from '../planning/planning-ground.js';
import { stagedGround, type StagedGround } from '../planning/staged-ground.js';

jest.setTimeout(120_000);

const signal = new AbortController().signal;
const PAGE = { limit: 100, after: undefined, filterHash: '' };
const MONTH = (ago: number): string => `(date_trunc('month', now()) - make_interval(months => ${ago}))`;

describe('the history of targets', () => {
  let ground: StagedGround;
  let past: PastTargetsReadModel;
  let written = 0;
  beforeEach(async () => {
    ground = await stagedGround();
    past = new PastTargetsReadModel(ground.tx);
    written = 0;
    for (const ago of [1, 2, 3, 4, 5]) await ground.rows(`SELECT capstan_create_partition('target_transitions', ${MONTH(ago)}::date)`);
  }, 60_000);
  afterEach(() => ground.close());

  const when = async (sql: string): Promise<Date> => (await ground.rows<{ at: Date }>(`SELECT ${sql} AS at`))[0]?.at ?? new Date(0);
  /** So long is kept that everything before the beginning of a month is old, and a day of it. */
  const keepFrom = async (ago: number): Promise<number> => Date.now() - (await when(`${MONTH(ago)} + interval '1 day'`)).getTime();
  const count = async (table: string): Promise<number> => (await ground.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n ?? -1;

  /** What was written since the last call happened in the middle of that month. */
  async function happenedIn(ago: number): Promise<void> {
    await ground.rows(`WITH late AS (SELECT id, row_number() OVER (ORDER BY at, id) AS n FROM target_transitions ORDER BY at, id OFFSET ${written})
      UPDATE target_transitions t SET at = ${MONTH(ago)} + interval '10 days' + late.n * interval '1 second' FROM late WHERE late.id = t.id`);
    written = await count('target_transitions');
  }
  async function at(moment: Date): Promise<unknown> {
    const [cluster] = await ground.rows<{ id: string }>(`SELECT id FROM clusters WHERE name = 'c1'`);
    const found = await past.list(ground.viewer, { cluster: clusterId(cluster?.id ?? '') }, moment, PAGE);
    return found.ok ? found.value.map(({ past: { sync, hold, assigned } }) => [sync, hold?.reason, assigned !== undefined]) : found.error;
  }
  /** Held in the fifth month before this one, let go in the third, with a new release since. */
  async function story(): Promise<void> {
    await ground.fleet('c1');
    await ground.application({ kind: 'ALL_AT_ONCE' });
    await ground.release();
    await ground.answers(['c1']);
    await ground.release();
    await ground.answers(['c1']);
    value(await ground.rollBack({ cluster: 'c1' }, 'too slow'));
    await ground.answers(['c1']);
    await happenedIn(5);
    value(await ground.liftHold());
    await ground.answers(['c1'], { sync: 'DRIFTED', reason: 'DRIFT_DETECTED' });
    await happenedIn(3);
    await ground.answers(['c1']);
  }

  it('goes a whole month at a time, and what was true at its end is still known; before that it is told from when on', async () => {
    await story();
    const now = await when('now()');
    const before = [await at(await when(`${MONTH(5)} + interval '20 days'`)), await at(await when(MONTH(4))), await at(await when(MONTH(2))), await at(now)];
    expect(before).toEqual([[['SYNCED', 'too slow', true]], [['SYNCED', 'too slow', true]], [['DRIFTED', undefined, true]], [['SYNCED', undefined, true]]]);
    expect(await dropOldHistory(ground.tx, await keepFrom(6), signal)).toBeUndefined();

    const first = await when(MONTH(4));
    const all = await count('target_transitions');
    expect(await dropOldHistory(ground.tx, await keepFrom(4), signal)).toEqual(first);
    expect(await ground.rows(`SELECT count(*)::int AS n FROM target_transitions WHERE at < ${MONTH(4)}`)).toEqual([{ n: 0 }]);
    expect(await count('target_transitions')).toBeLessThan(all);
    expect(await at(await when(`${MONTH(5)} + interval '20 days'`))).toEqual({ code: 'NOT_KEPT', since: first });
    expect([await at(first), await at(await when(MONTH(2))), await at(now)]).toEqual(before.slice(1));

    const second = await when(MONTH(2));
    expect(await dropOldHistory(ground.tx, await keepFrom(2), signal)).toEqual(second);
    expect(await at(first)).toEqual({ code: 'NOT_KEPT', since: second });
    expect([await at(second), await at(now)]).toEqual(before.slice(2));
    expect(await ground.rows('SELECT DISTINCT cut FROM target_baselines')).toEqual([{ cut: second }]);
    expect(await dropOldHistory(ground.tx, await keepFrom(2), signal)).toBeUndefined();
  });

  it('is untouched by a round that was cut off half-way, and by several at once', async () => {
    await story();
    const moments = [await when(`${MONTH(4)} + interval '2 days'`), await when(MONTH(2)), await when('now()')];
    await dropOldHistory(ground.tx, await keepFrom(4), signal);
    const before = await Promise.all(moments.map(at));
    // Carried over, and killed before the months were dropped.
    const dying = new AbortController().signal;
    let looks = 0;
    jest.spyOn(dying, 'throwIfAborted').mockImplementation(() => {
      looks += 1;
      if (looks > 1) throw new Error('killed');
    });
    await expect(dropOldHistory(ground.tx, await keepFrom(2), dying)).rejects.toThrow('killed');
    expect(await ground.rows('SELECT count(DISTINCT cut)::int AS n FROM target_baselines')).toEqual([{ n: 2 }]);
    expect(await Promise.all(moments.map(at))).toEqual(before);
    const keep = await keepFrom(2);
    const rounds = await Promise.allSettled([dropOldHistory(ground.tx, keep, signal), dropOldHistory(ground.tx, keep, signal)]);
    expect(rounds.filter(({ status }) => status === 'fulfilled')).not.toHaveLength(0);
    expect(await Promise.all(moments.slice(1).map(at))).toEqual(before.slice(1));
  });

  it('of targets that are gone takes no room', async () => {
    await ground.fleet('c1');
    await ground.application({ kind: 'ALL_AT_ONCE' });
    await ground.release();
    value(await ground.remove('web', 'DELETE'));
    await ground.plan();
    await ground.answers(['c1']);
    await happenedIn(5);
    await dropOldHistory(ground.tx, await keepFrom(4), signal);
    expect(await count('target_baselines')).toBe(0);
    expect(await at(await when('now()'))).toEqual([]);
  });

  it('cannot be dropped by the application while it is young, nor can the oldest moment be made up', async () => {
    const asApplication = (sql: string): Promise<unknown> => ground.tx.run(systemScope('test'), () => ground.tx.query(sql));
    await expect(asApplication(`SELECT capstan_drop_history(${MONTH(0)} + interval '1 month')`)).rejects.toThrow('the history of the last 31 days is kept');
    await expect(asApplication(`SELECT capstan_drop_history(${MONTH(4)} + interval '1 hour')`)).rejects.toThrow('no month of the history ends at');
    await expect(asApplication(`INSERT INTO history_horizon (since) VALUES (now())`)).rejects.toMatchObject({ driverError: { code: '42501' } });
  });
});
