import { expect } from '@jest/globals';
import { until, type GitContent } from '#testing';
import { createApplication, registeredRepository } from './stage/applications.js';
import { configMap, deployment } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import type { Stage } from './stage/stage.js';
import { untilRuns } from './stage/targets.js';

interface Death {
  readonly failpoint: string;
  /** What makes the agent come to the failpoint; answers with the commit that it must run in the end. */
  readonly provoke: (stage: Stage, name: string, commit: (changes: Readonly<Record<string, GitContent>>) => Promise<string>, first: string) => Promise<string>;
  readonly writes: (name: string) => readonly string[];
}

const upgrade: Death['provoke'] = (_stage, _name, commit) => commit({ 'app/settings.yaml': configMap('settings', { colour: 'green' }), 'app/extra.yaml': configMap('extra', { a: '1' }) });
const upgraded = (name: string): readonly string[] => [`patch configmaps ${name}/extra`, `patch configmaps ${name}/settings`];
const prune: Death['provoke'] = (_stage, _name, commit) => commit({ 'app/old.yaml': null });
const edit: Death['provoke'] = async (stage, name, _commit, first) => {
  await stage.cluster('prod').edit('ConfigMap', name, 'settings', { data: { colour: 'red' } });
  return first;
};

/** A selection of those that a mere restart does not come to: the test of the agent itself goes through all there are. */
const DEATHS: readonly Death[] = [
  { failpoint: 'agent.apply.after-object', provoke: upgrade, writes: upgraded },
  { failpoint: 'agent.apply.after-live', provoke: upgrade, writes: upgraded },
  { failpoint: 'agent.prune.after-delete', provoke: prune, writes: (name) => [`delete configmaps ${name}/old`] },
  { failpoint: 'agent.heal.after-apply', provoke: edit, writes: (name) => [`patch configmaps ${name}/settings`] },
];

describeOnStage('an agent that is killed', { clusters: [{ name: 'prod', labels: { env: 'prod' } }] }, (promise) => {
  for (const [index, { failpoint, provoke, writes }] of DEATHS.entries()) {
    promise(`at ${failpoint} converges when it is back, with no write that was not due`, async (stage) => {
      const name = `killed-${index}`;
      const prod = stage.cluster('prod');
      const repository = await registeredRepository(stage, name);
      const first = await repository.commit({
        'app/settings.yaml': configMap('settings', { colour: 'blue' }), 'app/old.yaml': configMap('old', { a: '1' }), 'app/more.yaml': configMap('more', { a: '1' }), 'app/web.yaml': deployment('web', 'example.com/web:1'),
      });
      await createApplication(stage, { name, repository: name, path: 'app', namespace: name });
      await untilRuns(stage, name, 'prod', first);
      await prod.agent.kill();
      prod.agent.start({ CAPSTAN_ENABLE_FAILPOINTS: '1', CAPSTAN_FAILPOINT: failpoint });
      await stage.untilConnected();
      prod.mark();

      const wanted = await provoke(stage, name, (changes) => repository.commit(changes), first);
      await until('the agent is dead', 60_000, () => (prod.agent.isRunning ? undefined : true), () => prod.agent.lastWords());
      prod.agent.start();
      await untilRuns(stage, name, 'prod', wanted);
      if (wanted === first) await until('the edit is undone', 60_000, async () => ((await prod.get('ConfigMap', name, 'settings'))['data'] as { colour?: string }).colour === 'blue' || undefined);

      // An apply whose answer was lost may be sent again; a delete never is.
      expect([...new Set(prod.writeLines())]).toEqual(writes(name));
      expect(prod.deleteLines()).toEqual(writes(name).filter((line) => line.startsWith('delete')));
      expect(prod.strangeWrites()).toEqual([]);
    });
  }
});
