import { explainRollout, planRollout, type MaintenanceWindow, type RolloutState, type RolloutTransition, type StageRow, type TimeWindow } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aRollout, aStage, aTarget, assign, NOW } from './testing/rollout-rows.js';

const HOUR = 3_600_000;
const window = (name: string, windows: readonly TimeWindow[], label = name): MaintenanceWindow => ({ name, selector: { all: false, matchLabels: { [label]: 'yes' }, matchExpressions: [] }, windows });
const at = (schedule: string): readonly TimeWindow[] => [{ kind: 'ALLOW', schedule, duration: '2h', timeZone: 'UTC' }];
/** NOW is 12:00 on a Sunday. */
const NIGHTS = window('nights', at('0 22 * * *'));
const NOONS = window('noons', at('0 11 * * *'));
const FREEZE = window('freeze', [{ kind: 'DENY', from: '2026-11-01T00:00:00.000Z', to: '2026-11-03T00:00:00.000Z' }]);
const NEVER = window('never', [{ kind: 'ALLOW', schedule: '0 8 * * *', duration: '1h', timeZone: 'Atlantis/Poseidonis' }]);
const on = (name: string, ...labels: readonly string[]) => aTarget(name, 'PENDING', { labels: Object.fromEntries(labels.map((label) => [label, 'yes'])) });
const rollout = (targets: RolloutState['targets'], stage: Partial<StageRow> = {}, rest: Partial<RolloutState> = {}): RolloutState => aRollout(targets, { maintenance: [NIGHTS, NOONS, FREEZE, NEVER], stages: [aStage(stage)], ...rest });

describe('a cluster with maintenance windows', () => {
  it.each<[string, RolloutState, number, readonly RolloutTransition[]]>([
    ['waits outside of them, while others go on', rollout([on('a', 'nights'), on('b')]), 0, [assign('b')]],
    ['takes nobody the place', rollout([on('a', 'nights'), on('b'), on('c')], { maxConcurrency: 1 }), 0, [assign('b')]],
    ['has its order the moment they open', rollout([on('a', 'nights')]), 10 * HOUR, [assign('a')]],
    ['has no order a moment before', rollout([on('a', 'nights')]), 10 * HOUR - 1, []],
    ['has its order inside of them', rollout([on('a', 'noons')]), 0, [assign('a')]],
    ['has no order from the moment they close', rollout([on('a', 'noons')]), HOUR, []],
    ['waits for all that select it', rollout([on('a', 'noons', 'freeze')]), 0, []],
    ['goes on with the order that it has', rollout([aTarget('a', 'MOVING', { labels: { nights: 'yes' } })]), 0, []],
    ['ends no stage while it waits, and begins no soak', rollout([on('a', 'nights'), aTarget('b', 'HEALTHY')], { soakMs: 1_000 }), 0, []],
    ['has its order where a person lets the stage pass', rollout([on('a', 'never')], { isPromoted: true }), 0, [assign('a')]],
    ['waits again where that stage is closed, and it is caught up', rollout([on('a', 'never')], { isPromoted: true, state: 'CLOSED' }), 0, []],
    ['is asked of none where the rollout goes back', rollout([on('a', 'never')], {}, { maintenance: undefined }), 0, [assign('a')]],
    ['counts as away like any other', rollout([{ ...on('a', 'nights'), offlineSince: 'NEVER' }, on('b')]), 0, [{ kind: 'mark-target', target: on('a').id, from: 'PENDING', to: 'SKIPPED', reason: 'CLUSTER_OFFLINE' }]],
  ])('%s', (_name, state, ms, expected) => expect(planRollout(state, after(ms))).toEqual(expected));

  it.each<[string, RolloutState, readonly (readonly [string, Date | undefined])[]]>([
    ['until when', rollout([on('a', 'nights'), on('b', 'nights')]), [
      ['2 targets of stage all wait for maintenance windows: nights is closed until 2026-11-01 22:00 UTC (window daily 22:00-00:00). promoteStage orders them now.', after(10 * HOUR)],
    ]],
    ['when all are open together', rollout([on('a', 'nights', 'freeze')]), [
      ['1 target of stage all waits for maintenance windows: nights is closed until 2026-11-01 22:00 UTC (window daily 22:00-00:00), and freeze is closed until 2026-11-03 00:00 UTC (freeze 2026-11-01 00:00 to 2026-11-03 00:00 UTC). promoteStage orders them now.', new Date('2026-11-03T22:00:00.000Z')],
    ]],
    ['that they never open', rollout([on('a', 'never')]), [
      ['1 target of stage all waits for maintenance windows: never is closed: no window ever opens. They are never open: change the maintenance windows of the project or the labels of the clusters; promoteStage orders them now.', undefined],
    ]],
    ['those of each kind of clusters apart', rollout([on('a', 'nights'), on('b', 'freeze')]), [[expect.stringContaining('nights') as unknown as string, after(10 * HOUR)], [expect.stringContaining('freeze') as unknown as string, new Date('2026-11-03T00:00:00.000Z')]]],
    ['of who is caught up in a stage that is closed', rollout([on('a', 'nights')], { state: 'CLOSED' }), [[expect.stringContaining('nights') as unknown as string, after(10 * HOUR)]]],
    ['nothing of who may have its order', rollout([on('a', 'noons')]), []],
    ['nothing where a person let the stage pass', rollout([on('a', 'never')], { isPromoted: true }), []],
  ])('is said to hold up its stage: %s', (_name, state, expected) => {
    expect(explainRollout(state, undefined, NOW).filter(({ kind }) => kind === 'MAINTENANCE').map(({ message, until }) => [message, until])).toEqual(expected);
  });
});
