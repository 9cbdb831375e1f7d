import { clusterId } from '#domain';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SqlOrderStore } from '../../src/agent-gateway/orders/sql-order.store.js';
import { PastTargetsReadModel, type PastTargetView } from '../../src/features/history/past-targets.read-model.js';
import { anInput, value } from '../planning/planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from '../planning/staged-ground.js';
import { aDiary, type Page, type Sight } from './diary.js';

jest.setTimeout(120_000);

const ALL = { limit: 100, after: undefined, filterHash: '' };

describe('the past of targets', () => {
  let ground: StagedGround;
  let past: PastTargetsReadModel;
  beforeEach(async () => {
    ground = await stagedGround();
    past = new PastTargetsReadModel(ground.tx);
  }, 60_000);
  afterEach(() => ground.close());

  const idOf = async (cluster: string): Promise<string> => (await ground.rows<{ id: string }>('SELECT id FROM clusters WHERE name = $1', [cluster]))[0]?.id ?? '';
  /** Everything that was there at a moment, found by its clusters. */
  async function at(moment: Date): Promise<readonly Sight[]> {
    const clusters = await ground.rows<{ id: string }>('SELECT id FROM clusters ORDER BY name');
    const found = await Promise.all(clusters.map(async ({ id }) => value(await past.list(ground.viewer, { cluster: clusterId(id) }, moment, ALL))));
    return found.flat().map(sightOf);
  }
  const byName = ({ targets }: Pick<Page, 'targets'>): readonly Sight[] => targets.toSorted((a, b) => a.name.localeCompare(b.name));

  it('is at every moment what the present said then: staged, failing, taken back, held, blocked, refused, off its facts, removed and back', async () => {
    const diary = aDiary(ground);
    const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['clusters', () => ground.fleet('c1 tier=canary', 'c2', 'c3')],
      ['an application', () => ground.application(twoStages({ onFailure: 'ROLLBACK' }))],
      ['its first release', () => ground.release()],
      ['the canary answers', () => ground.answers(['c1'])],
      ['the rest answers', () => ground.answers(['c2', 'c3'])],
      ['the same once more', () => ground.answers(['c2', 'c3'])],
      ['drift', () => ground.answers(['c2'], { sync: 'DRIFTED', reason: 'DRIFT_DETECTED', message: 'Deployment web' })],
      ['healed', () => ground.answers(['c2'])],
      ['a second release', () => ground.release()],
      ['the canary is busy', () => ground.answers(['c1'], { sync: 'APPLYING', reason: 'APPLYING', health: 'PROGRESSING' })],
      ['the canary is ill', () => ground.fails('c1')],
      ['the canary is back', () => ground.answers(['c1'])],
      ['the hold is lifted', () => ground.liftHold()],
      ['a third release', () => ground.release()],
      ['the canary has it', () => ground.answers(['c1'])],
      ['the rest has it', () => ground.answers(['c2', 'c3'])],
      ['one goes back by hand', () => ground.rollBack({ cluster: 'c2' })],
      ['it answers', () => ground.answers(['c2'])],
      ['parameters from labels that one cluster lacks', async () => {
        const strategy = { kind: 'ALL_AT_ONCE' as const };
        value(await ground.update('web', anInput({ strategy, parameters: { size: '{{ cluster.labels.tier }}' }, source: { repository: 'fleet', ref: 'main', path: 'apps/web' } })));
        await ground.release();
      }],
      ['the label comes', async () => {
        value(await ground.clusters.label('c3', { tier: 'small' }));
        await ground.plan();
      }],
      ['all answer', () => ground.answers(['c1', 'c3'])],
      ['an order is signed anew', async () => {
        await ground.rows(`UPDATE targets SET reissue_requested_at = now() WHERE cluster_id = $1`, [await idOf('c3')]);
        await ground.plan();
      }],
      ['an agent does not take it', async () => {
        const order = await ground.order('web', 'c3');
        const refused = { target: order.target, epoch: order.epoch, generation: order.generation, reason: 'UNSUPPORTED_ASSIGNMENT', message: 'update the agent' } as const;
        await new SqlOrderStore(ground.tx, ground.ids).recordRefusals(clusterId(await idOf('c3')), [refused]);
      }],
      ['now it does', () => ground.answers(['c3'])],
      ['facts that do not match', async () => {
        const [target] = await ground.rows<{ id: string }>('SELECT id FROM targets WHERE cluster_id = $1', [await idOf('c3')]);
        await ground.tx.run({ kind: 'system', controller: 'test' }, () => ground.placementStore.flag({ factMismatch: [target?.id as never], matching: [], rematch: [] }));
      }],
      ['one leaves the selector', async () => {
        value(await ground.clusters.label('c1', { env: 'lab' }));
        await ground.plan();
      }],
      ['its agent is at it', () => ground.answers(['c1'], { sync: 'REMOVING', reason: 'REMOVING', message: '3 objects to go' })],
      ['its agent is done', () => ground.answers(['c1'])],
      ['it matches again', async () => {
        value(await ground.clusters.label('c1', { env: 'prod' }));
        await ground.plan();
      }],
      ['it runs again', () => ground.answers(['c1'])],
      ['the application is deleted', async () => {
        value(await ground.remove('web', 'DELETE'));
        await ground.plan();
      }],
      ['all is gone', () => ground.answers(['c1', 'c2', 'c3'])],
    ];
    for (const [step, act] of steps) {
      await act();
      await diary.note(step);
    }
    for (const page of diary.pages) expect({ ...page, targets: await at(page.at) }).toEqual({ ...page, targets: byName(page) });
    // The story has been through what it is meant to tell.
    const told = new Set(diary.pages.flatMap(({ targets }) => targets.map(({ reason }) => reason)));
    expect([...told].toSorted()).toEqual(expect.arrayContaining(['DRIFT_DETECTED', 'FACT_MISMATCH', 'PARAMETER_MISSING', 'REMOVING', 'SYNCED', 'UNSUPPORTED_ASSIGNMENT', 'WAITING_FOR_AGENT', 'WAITING_FOR_ROLLOUT']));
    expect(diary.pages.at(-1)?.targets).toEqual([]);
  });
});

function sightOf({ name, past }: PastTargetView): Sight {
  return {
    name, sync: past.sync, health: past.health, reason: past.reason, message: past.message, assigned: past.assigned?.release, generation: past.assigned?.generation, runs: past.observed?.release,
    hold: past.hold === undefined ? undefined : `${past.hold.by}: ${past.hold.reason}`,
  };
}
