import { expect } from '@jest/globals';
import { until } from '#testing';
import { createApplication, registeredRepository } from './stage/applications.js';
import { deployment } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import { rolloutsOf, statesIn, untilRollout } from './stage/rollouts.js';
import type { Stage } from './stage/stage.js';
import { untilTarget } from './stage/targets.js';

const CLUSTERS = [{ name: 'canary', labels: { tier: 'canary' } }, { name: 'eu', labels: { tier: 'prod' } }, { name: 'us', labels: { tier: 'prod' } }];
const CANARY = { name: 'canary', selector: { matchLabels: { tier: 'canary' } } };
const REST = { name: 'rest', selector: { matchLabels: { tier: 'prod' } } };

/** The image that runs, by the API server. */
async function imagesOf(stage: Stage, namespace: string): Promise<Readonly<Record<string, string>>> {
  const images = await Promise.all(CLUSTERS.map(async ({ name }) => {
    const found = JSON.stringify((await stage.cluster(name).get('apps/Deployment', namespace, 'web'))['spec']);
    return [name, /"image":"([^"]*)"/.exec(found)?.[1] ?? 'none'] as const;
  }));
  return Object.fromEntries(images);
}

describeOnStage('a release moves over the fleet in stages', { clusters: CLUSTERS }, (promise) => {
  promise('through the canary, a soak and an approval to all, each seen in its audit log before the next', async (stage) => {
    const repository = await registeredRepository(stage, 'good');
    const strategy = { kind: 'STAGED', stages: [{ ...CANARY, soak: '2s' }, { ...REST, before: [{ name: 'go', approval: {} }] }] };
    await repository.commit({ 'app/web.yaml': deployment('web', 'example.com/web:1') }, 'one \u001b]0;owned\u0007\u001b[2J');
    await createApplication(stage, { name: 'good', repository: 'good', path: 'app', namespace: 'good', strategy });
    const waiting = await untilRollout(stage, 'good', 'waits for its approval', ({ hurdles }) => hurdles.some(({ kind }) => kind === 'APPROVAL'));
    expect(statesIn(waiting)).toEqual({ canary: 'HEALTHY', eu: 'PENDING', us: 'PENDING' });
    expect(stage.cluster('canary').writeLines()).toContain('patch apps/deployments good/web');
    for (const name of ['eu', 'us']) expect(stage.cluster(name).writeLines()).toEqual([]);
    const shown = await stage.capstan(['rollout', 'show', 'good']);
    expect(shown.stdout).toMatch(/canary +CLOSED +\[#{20}\] +1\/1 target healthy/);
    expect(shown.stdout).toContain('waits: Gate go before stage rest waits for 1 more approval');
    const explained = await stage.capstan(['explain', 'good@eu']);
    expect(explained).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('-> Gate go before stage rest waits for 1 more approval') });
    expect(await stage.capstan(['deploy', 'good@eu', '--reason', 'a customer waits'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('ahead of its stage') });
    const ahead = await untilRollout(stage, 'good', 'has sent one target ahead', (rollout) => statesIn(rollout)['eu'] === 'HEALTHY');
    expect(statesIn(ahead)).toEqual({ canary: 'HEALTHY', eu: 'HEALTHY', us: 'PENDING' });
    expect(await stage.capstan(['deploy', 'good@eu', '--reason', 'again'])).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('has the release of the rollout already') });
    expect((await stage.capstan(['explain', 'good@eu'])).stdout).toContain('It was sent ahead by');
    expect(await stage.capstan(['sync', 'app/good'])).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('is on its way already') });
    const live = stage.capstanOnTerminal(['rollout', 'watch', 'good']);
    const piped = stage.capstan(['rollout', 'watch', 'good', '-o', 'json']);
    expect(await stage.capstan(['rollout', 'approve', 'good', 'rest/go', '--comment', 'looks good'])).toMatchObject({ exitCode: 0 });
    const onTerminal = await live;
    expect(onTerminal).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('SUCCEEDED') });
    expect(onTerminal.stdout).toMatch(/rest +CLOSED +\[#{20}\] +2\/2 targets healthy/);
    // It is drawn in place, and nothing that a commit says commands the terminal.
    expect(new Set(onTerminal.stdout.match(/\u001b\[?[^A-Za-z]*./g)?.map((command) => command.replace(/\d+/, '')))).toEqual(new Set(['\u001b[F', '\u001b[K', '\u001b[J']));
    const told = (await piped).stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { readonly state: string }).state);
    expect([...new Set(told)]).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(await imagesOf(stage, 'good')).toEqual({ canary: 'example.com/web:1', eu: 'example.com/web:1', us: 'example.com/web:1' });
  });

  promise('stops at the canary when its pods never become ready, and rolls back by itself', async (stage) => {
    const repository = await registeredRepository(stage, 'bad');
    const strategy = { kind: 'STAGED', stages: [{ ...CANARY, deadline: '15s' }, REST], onFailure: 'ROLLBACK' };
    await repository.commit({ 'app/web.yaml': deployment('web', 'example.com/web:1') }, 'one');
    await createApplication(stage, { name: 'bad', repository: 'bad', path: 'app', namespace: 'bad', strategy });
    await untilRollout(stage, 'bad', 'succeeds', ({ state }) => state === 'SUCCEEDED');
    for (const cluster of stage.clusters) cluster.mark();
    const broken = await repository.commit({ 'app/web.yaml': deployment('web', 'example.com/web:broken') }, 'two');
    const back = await untilRollout(stage, 'bad', 'is rolled back', ({ state, release }) => state === 'ROLLED_BACK' && release.commit === broken, 90_000);
    expect(statesIn(back)).toEqual({ canary: 'REVERTED', eu: 'SKIPPED ROLLED_BACK', us: 'SKIPPED ROLLED_BACK' });
    expect(stage.cluster('canary').writeLines()).toEqual(['patch apps/deployments bad/web', 'patch apps/deployments bad/web']);
    for (const name of ['eu', 'us']) expect(stage.cluster(name).writeLines()).toEqual([]);
    expect(await imagesOf(stage, 'bad')).toEqual({ canary: 'example.com/web:1', eu: 'example.com/web:1', us: 'example.com/web:1' });
  });

  promise('goes back as a whole with the Git server stopped, and stays there against a newer commit', async (stage) => {
    const repository = await registeredRepository(stage, 'back');
    for (const version of [1, 2]) {
      await repository.commit({ 'app/web.yaml': deployment('web', `example.com/web:${version}`) }, `${version}`);
      if (version === 1) await createApplication(stage, { name: 'back', repository: 'back', path: 'app', namespace: 'back', parameters: { tier: '{{ cluster.labels.tier }}' }, strategy: { kind: 'STAGED', stages: [{ name: 'every', selector: { all: true } }] } });
      await untilRollout(stage, 'back', `of ${version} succeeds`, ({ state, number }) => state === 'SUCCEEDED' && number === version);
    }
    await stage.git.stop();
    try {
      await until('the hub finds Git away', 60_000, async () => ((await stage.capstan(['get', 'repository', 'back'])).stdout.includes('REPOSITORY_UNREACHABLE') ? true : undefined));
      // What runs on this cluster was rendered with another value: to go back there takes Git.
      expect(await stage.capstan(['label', 'cluster/us', 'tier=old'])).toMatchObject({ exitCode: 0 });
      expect(await stage.capstan(['rollback', 'back', '--reason', 'a test'])).toMatchObject({
        exitCode: 7, stderr: expect.stringMatching(/No longer kept by the agents of back@us\. Nothing was changed\.[\s\S]*These can go back now: back@canary, back@eu/),
      });
      expect((await rolloutsOf(stage, 'back')).filter(({ cause }) => cause === 'ROLLBACK')).toEqual([]);
      expect(await stage.capstan(['label', 'cluster/us', 'tier=prod'])).toMatchObject({ exitCode: 0 });
      const back = await stage.capstan(['rollback', 'back', '--reason', 'a test']);
      expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/goes back to release 1 at/) });
      await until('every cluster runs the first image', 60_000, async () => (Object.values(await imagesOf(stage, 'back')).every((image) => image === 'example.com/web:1') ? true : undefined));
      await untilRollout(stage, 'back', 'back has succeeded', ({ state, cause }) => state === 'SUCCEEDED' && cause === 'ROLLBACK');
    } finally {
      await stage.git.start();
    }
    const third = await repository.commit({ 'app/web.yaml': deployment('web', 'example.com/web:3') }, 'three');
    const held = await untilRollout(stage, 'back', 'of the third waits for the hold', ({ release, hurdles }) => release.commit === third && hurdles.some(({ kind }) => kind === 'HELD'));
    expect(Object.values(statesIn(held))).toEqual(['SKIPPED HELD', 'SKIPPED HELD', 'SKIPPED HELD']);
    expect(Object.values(await imagesOf(stage, 'back'))).toEqual(Array(3).fill('example.com/web:1'));
    expect(await stage.capstan(['hold', 'lift', 'back', '--reason', 'a test'])).toMatchObject({ exitCode: 0 });
    await untilTarget(stage, 'back', 'us', 'runs the third', ({ sync, observed }) => sync === 'SYNCED' && observed.commit === third);
    expect((await rolloutsOf(stage, 'back'))[0]).toMatchObject({ cause: 'RELEASE', release: { commit: third } });
  });
});
