import { silentLog } from '#kernel';
import { ManualClock } from '#testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PlanApplication } from '../../src/features/planner/index.js';
import { findWork } from '../../src/features/planner/find-work.js';
import { rolloutGauges } from '../../src/features/planner/rollout-gauges.js';
import { rolloutMeter } from '../../src/features/planner/rollout-meter.js';
import { Metrics } from '../../src/platform/http/index.js';
import { value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

describe('the metrics of rollouts', () => {
  let ground: StagedGround;
  let metrics: Metrics;
  const clock = new ManualClock();
  beforeEach(async () => {
    ground = await stagedGround();
    metrics = new Metrics();
    rolloutGauges({ tx: ground.tx, metrics, monotonic: clock, log: silentLog });
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
  }, 60_000);
  afterEach(async () => {
    metrics.close();
    await ground.close();
  });

  async function plan(): Promise<void> {
    const planner = new PlanApplication({ ...ground.ports, meter: rolloutMeter(metrics) });
    const lease = await ground.lease();
    for (const id of await findWork(ground.tx, 10)) await planner.execute(lease, id);
  }
  /** Values by name and labels; the gauges as they are now. */
  async function scraped(): Promise<Readonly<Record<string, number>>> {
    clock.advance(10_000);
    const lines = (await metrics.text()).split('\n').filter((line) => /^capstan_(rollout|release)/.test(line) && !line.includes('_bucket'));
    return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
  }

  it('tell where rollouts stand, how long stages take, and how they end', async () => {
    await ground.application(twoStages({ onFailure: 'ROLLBACK' }, {}, { before: [{ name: 'go', approval: { approvals: 1 } }] }));
    await ground.release();
    await ground.answers(['c1']);
    expect(await scraped()).toMatchObject({
      'capstan_rollouts{state="RUNNING"}': 1, 'capstan_rollouts{state="HALTED"}': 0, 'capstan_rollout_targets{state="HEALTHY"}': 1, 'capstan_rollout_targets{state="PENDING"}': 2,
      'capstan_rollout_gates_waiting{kind="APPROVAL"}': 1, 'capstan_rollout_gates_waiting{kind="METRIC"}': 0,
    });
    value(await ground.approveAs('00000000-0000-7000-8000-0000000000aa', 'rest', 'go'));
    await ground.plan();
    for (const cluster of ['c2', 'c3']) await ground.answer('web', cluster);
    await plan();
    expect(await scraped()).toMatchObject({ 'capstan_rollouts{state="RUNNING"}': 0, capstan_rollout_stage_duration_seconds_count: 1, 'capstan_rollout_ends_total{cause="RELEASE",state="SUCCEEDED"}': 1, capstan_release_lead_time_seconds_count: 1 });
  });

  it('count what halted, and do not mistake a database that is away for rest', async () => {
    await ground.application(twoStages({ onFailure: 'HALT' }));
    await ground.release();
    await ground.answer('web', 'c1', { health: 'DEGRADED' });
    await plan();
    expect(await scraped()).toMatchObject({ 'capstan_rollout_halts_total{then="HALTED"}': 1, 'capstan_rollouts{state="HALTED"}': 1 });
    await ground.database.pool.query('ALTER TABLE rollouts RENAME TO rollouts_away');
    expect(Object.keys(await scraped()).filter((name) => name.startsWith('capstan_rollouts{'))).toEqual([]);
    await ground.database.pool.query('ALTER TABLE rollouts_away RENAME TO rollouts');
    expect(await scraped()).toMatchObject({ 'capstan_rollouts{state="HALTED"}': 1 });
  });
});
