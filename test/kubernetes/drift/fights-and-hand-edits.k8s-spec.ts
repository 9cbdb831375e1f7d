import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '#testing';
import { cm, configMap } from '../../../apps/agent/test/test-agent.js';
import { at, must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { DriftStage } from './drift-stage.js';
import { StubbornController } from './stubborn-controller.js';

jest.setTimeout(120_000);

describeWithKubernetes('fights and hand edits', () => {
  describe('fights with other controllers, and edits by hand', () => {
    let stage: DriftStage;
    beforeAll(async () => {
      stage = await DriftStage.start();
    }, 180_000);
    afterAll(() => stage.stop(), 60_000);

    /** A controller that holds `mode` by updates, or by forced applies. */
    const opponent = (name: string, how: 'update' | 'apply'): StubbornController =>
      new StubbornController(
        async (live) => {
          if (at(live, 'data', 'mode') === 'theirs') return false;
          if (how === 'update') await stage.edit(cm(name), { data: { mode: 'theirs' } }, 'some-operator');
          else must(await stage.admin.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data: { mode: 'theirs' } }, { fieldManager: 'some-operator', force: true }));
          return true;
        },
        stage.admin,
        cm(name),
      );
    const contested = (application: string) =>
      until('the fight is reported', 60_000, () => {
        const report = stage.agent.last(application);
        return report?.reason === 'DRIFT_CONTESTED' ? report : undefined;
      }, () => JSON.stringify(stage.agent.last(application)?.reason));

    it.each(['update', 'apply'] as const)('a controller that insists by %s is named with the field, and no longer fought', async (how) => {
      const name = `insists-by-${how}`;
      await stage.synced(name, [configMap(name, { mode: 'git', size: 'm' })]);
      stage.mark();
      const controller = opponent(name, how);
      try {
        const report = await contested(name);
        expect(report.sync).toBe('DRIFTED');
        expect(report.message).toBe(`ConfigMap shop/${name} data.mode: some-operator puts it back each time that capstan does`);
        expect(report.drifted).toMatchObject([{ fields: ['data.mode'], managers: ['some-operator'], changes: [{ expected: '"git"', live: '"theirs"' }] }]);
        const writes = stage.writes();
        expect(writes.length).toBeLessThanOrEqual(5);

        // The rest of the same object is healed at once all the while, and the contested field stays as it is.
        const wins = controller.wins;
        for (const size of ['s', 'l', 'xl']) {
          await stage.edit(cm(name), { data: { size } });
          await stage.becomes(cm(name), 'the size is healed', (live) => at(live, 'data', 'size') === 'm');
        }
        expect(controller.wins).toBe(wins);
        await stage.wrote(...writes, ...Array.from({ length: 3 }, () => `patch configmaps shop/${name}`));
        expect(stage.agent.last(name)?.reason).toBe('DRIFT_CONTESTED');

        await stage.synced(name, [configMap(name, { mode: 'git', size: 'm' })], { ignore: [{ managers: ['some-operator'] }] });
        expect(stage.agent.last(name)?.reason).toBe('SYNCED');
      } finally {
        await controller.stop();
      }
    });

    it('is healed by itself once the controller has given up', async () => {
      await stage.synced('gives-up', [configMap('gives-up', { mode: 'git' })]);
      const controller = opponent('gives-up', 'update');
      await contested('gives-up');
      await controller.stop();
      await stage.becomes(cm('gives-up'), 'healed', (live) => at(live, 'data', 'mode') === 'git');
      await stage.said('gives-up', { generation: stage.agent.last('gives-up')?.generation ?? 0n, sync: 'SYNCED', reason: 'SYNCED' });
    });

    it('a person is undone at once each time, ten times in a row, also right beside a fight', async () => {
      await stage.synced('by-hand', [configMap('by-hand', { mode: 'git', size: 'm' })]);
      const controller = opponent('by-hand', 'update');
      try {
        await contested('by-hand');
        const took: number[] = [];
        for (let turn = 0; turn < 10; turn += 1) {
          const before = stage.healedCount('by-hand');
          const began = performance.now();
          await stage.edit(cm('by-hand'), { data: { size: `not-${turn}` } });
          await until(`edit ${turn} is healed`, 60_000, () => (stage.healedCount('by-hand') > before ? true : undefined));
          took.push(performance.now() - began);
        }
        // No pause is shorter than ten seconds.
        expect(Math.max(...took)).toBeLessThan(5_000);
        expect(at(await stage.live(cm('by-hand')), 'data')).toEqual({ mode: 'theirs', size: 'm' });
      } finally {
        await controller.stop();
      }
    });
  });
});
