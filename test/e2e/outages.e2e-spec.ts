import { expect } from '@jest/globals';
import { until } from '#testing';
import { createApplication, registeredRepository } from './stage/applications.js';
import { configMap, deployment } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import type { Stage } from './stage/stage.js';
import { untilRuns } from './stage/targets.js';

interface Outage {
  readonly title: string;
  readonly name: string;
  readonly begin: (stage: Stage) => Promise<void>;
  readonly end: (stage: Stage) => Promise<void>;
}

const OUTAGES: readonly Outage[] = [
  { title: 'the hub is killed', name: 'no-hub', begin: (stage) => stage.hub.kill(), end: (stage) => stage.hub.startReady() },
  {
    title: 'PostgreSQL is stopped', name: 'no-database',
    begin: (stage) => stage.postgres.stop(),
    end: async (stage) => {
      await stage.postgres.start();
      await stage.hub.untilReady();
    },
  },
  { title: 'the Git server is stopped', name: 'no-git', begin: (stage) => stage.git.stop(), end: (stage) => stage.git.start() },
  {
    title: 'all three are gone and the agent was restarted', name: 'nothing',
    begin: async (stage) => {
      await Promise.all([stage.hub.kill(), stage.postgres.stop(), stage.git.stop()]);
      await stage.cluster('prod').agent.kill();
      stage.cluster('prod').agent.start();
    },
    end: async (stage) => {
      await stage.postgres.start();
      await Promise.all([stage.hub.startReady(), stage.git.start()]);
    },
  },
];

describeOnStage('a cluster on its own', { clusters: [{ name: 'prod', labels: { env: 'prod' } }] }, (promise) => {
  for (const { title, name, begin, end } of OUTAGES) {
    promise(`goes on correcting drift while ${title}, touches nothing else, and converges on return`, async (stage) => {
      const prod = stage.cluster('prod');
      const repository = await registeredRepository(stage, name);
      const content = { 'app/settings.yaml': configMap('settings', { colour: 'blue' }), 'app/web.yaml': deployment('web', 'example.com/web:1') };
      const first = await repository.commit(content);
      await createApplication(stage, { name, repository: name, path: 'app', namespace: name });
      await untilRuns(stage, name, 'prod', first);
      const web = await prod.get('apps/Deployment', name, 'web');

      prod.mark();
      await begin(stage);
      await prod.edit('ConfigMap', name, 'settings', { data: { colour: 'red' } });
      await until('the edit is undone', 60_000, async () => ((await colourOf(stage, name)) === 'blue' ? true : undefined));
      await prod.delete('ConfigMap', name, 'settings');
      await until('the deleted object is back', 60_000, async () => ((await colourOf(stage, name)) === 'blue' ? true : undefined));
      expect(prod.writeLines()).toEqual([`patch configmaps ${name}/settings`, `patch configmaps ${name}/settings`]);
      expect(prod.strangeWrites()).toEqual([]);

      await end(stage);
      const second = await repository.commit({ 'app/settings.yaml': configMap('settings', { colour: 'green' }) });
      await untilRuns(stage, name, 'prod', second, 90_000);
      expect(await colourOf(stage, name)).toBe('green');
      expect(prod.writeLines()).toEqual(Array.from({ length: 3 }, () => `patch configmaps ${name}/settings`));
      expect((await prod.get('apps/Deployment', name, 'web')).metadata).toMatchObject({ uid: web.metadata.uid, generation: 1 });
    }, 240_000);
  }
});

async function colourOf(stage: Stage, namespace: string): Promise<unknown> {
  const data = (await stage.cluster('prod').find('ConfigMap', namespace, 'settings'))?.['data'];
  return typeof data === 'object' && data !== null && 'colour' in data ? data.colour : undefined;
}
