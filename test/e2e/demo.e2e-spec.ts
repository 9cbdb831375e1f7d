import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGitRepository, freePorts, GitServer, startRealKubernetes, until, type RealCluster, type RealKubernetes } from '#testing';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { must } from '../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../kubernetes/stage/describe-with-kubernetes.js';
import { DemoRun } from './demo/demo-run.js';
import { docBlocks, isTerminal } from './demo/doc-blocks.js';
import { listEverything } from './demo/list-everything.js';
import { Newcomer } from './demo/newcomer.js';

const OURS = /^capstan-demo-[a-z0-9]{8}(-shop|-node-report)?$/;
const DEMO_LABEL = 'capstan.dev/demo';
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!hasKubectl) process.stderr.write('\nSKIPPED: the commands of docs/getting-started.md need kubectl, which is not installed\n');

describeWithKubernetes('the demo', () => {
  describe('the demo', () => {
    let directory: string;
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'capstan-e2e-demo-'));
      await chmod(directory, 0o755); // PostgreSQL runs as another user when the tests run as root
    });
    afterAll(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

    it('tells its story on real control planes, whose audit logs hold exactly the writes of it', async () => {
      const run = await DemoRun.start(directory, ['--kubernetes', 'real', '--clusters', '2', '--once']);
      expect({ exitCode: await run.exitCode, said: run.said }).toEqual({ exitCode: 0, said: expect.stringContaining('every step happened as told') });
      expect(run.said).toMatch(/dev: +8 writes, 0 deletes/);
      expect(run.said).toMatch(/prod-eu: +11 writes, 0 deletes/);
      expect(run.said).not.toContain('\u001b');
      expect(await readdir(directory)).toEqual([]);
    }, 240_000);

    describe("on the user's own clusters", () => {
      let kubernetes: RealKubernetes;
      let clusters: readonly RealCluster[];
      let before: readonly (readonly string[])[];
      let env: Readonly<Record<string, string>>;
      const one = ['--context', 'cluster-1'];
      const contexts = ['--context', 'cluster-0', ...one];
      const everything = (): Promise<readonly (readonly string[])[]> => Promise.all(clusters.map(listEverything));

      beforeAll(async () => {
        kubernetes = await startRealKubernetes({ clusters: 2 });
        clusters = kubernetes.clusters;
        env = { KUBECONFIG: clusters.map(({ adminKubeconfig }) => adminKubeconfig).join(delimiter) };
        // A neighbour that looks like ours, by label and by name, and is not.
        for (const { client } of clusters) {
          for (const metadata of [{ name: 'theirs', labels: { [DEMO_LABEL]: 'abcd1234' } }, { name: 'capstan-demo-wxyz9876' }]) must(await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata }));
        }
        await until('the neighbours have their ServiceAccounts', 60_000, async () => ((await everything()).every((lines) => ['theirs', 'capstan-demo-wxyz9876'].every((name) => lines.some((line) => line.includes(` ${name}/default `)) && lines.some((line) => line.includes(` ${name}/kube-root-ca.crt `)))) ? true : undefined));
        // A control plane that has just come up goes on writing to its own objects for a while.
        before = await until('the clusters have come to rest', 120_000, async () => {
          const seen = await everything();
          await new Promise((resolve) => setTimeout(resolve, 3_000));
          return JSON.stringify(await everything()) === JSON.stringify(seen) ? seen : undefined;
        });
        for (const { auditLog } of clusters) auditLog.mark();
      }, 240_000);
      afterAll(() => kubernetes.stop(), 60_000);

      it('asks first, and where nobody is there to be asked it changes nothing', async () => {
        const run = await DemoRun.start(directory, contexts, env);
        expect(await run.exitCode).toBe(2);
        expect(run.said).toContain('add --yes');
        for (const { server } of clusters) expect(run.said).toContain(server);
        expect(clusters.flatMap(({ auditLog }) => auditLog.writes())).toEqual([]);
      }, 60_000);

      it('installs into namespaces of its own, tells the story, and leaves every object as it was', async () => {
        const run = await DemoRun.start(directory, [...contexts, '--yes', '--once'], env);
        expect({ exitCode: await run.exitCode, said: run.said }).toEqual({ exitCode: 0, said: expect.stringContaining('Leaving your clusters as they were') });
        expect(await everything()).toEqual(before);
        for (const { auditLog } of clusters) {
          const writes = auditLog.writes();
          expect(writes.length).toBeGreaterThan(20);
          expect(writes.filter(({ namespace, name }) => !OURS.test(namespace === '' ? name : namespace))).toEqual([]);
          expect(auditLog.deletes().filter(({ impersonatedUser, user }) => (impersonatedUser ?? user) === 'admin').map(({ resource, name }) => `${resource} ${name.replace(/demo-[a-z0-9]{8}/, 'demo-ID')}`)).toEqual([
            'clusterrolebindings capstan-demo-ID', 'clusterroles capstan-demo-ID', 'namespaces capstan-demo-ID', 'namespaces capstan-demo-ID-node-report', 'namespaces capstan-demo-ID-shop',
          ]);
        }
      }, 180_000);

      it('leaves every object as it was also when it is interrupted, and takes away by --remove what a killed run left', async () => {
        const interrupted = await DemoRun.start(directory, ['--context', 'cluster-0', '--yes'], env);
        await interrupted.untilSaid('2. Applications reach');
        interrupted.signal('SIGINT');
        const killed = await DemoRun.start(directory, [...one, '--yes'], env);
        await killed.untilSaid('tokens minted');
        killed.signal('SIGKILL');
        await killed.exitCode;
        const unattended = await DemoRun.start(directory, ['--remove', ...one], env);
        expect(await unattended.exitCode).toBe(2);
        expect(unattended.said.match(/Namespace capstan-demo-/g)).toHaveLength(3);
        const removal = await DemoRun.start(directory, ['--remove', ...one, '--yes'], env);
        expect({ exitCode: await removal.exitCode, said: removal.said }).toEqual({ exitCode: 0, said: expect.stringContaining('five objects removed') });
        expect({ exitCode: await interrupted.exitCode, said: interrupted.said }).toEqual({ exitCode: 130, said: expect.stringContaining('cluster-0 five objects') });
        expect(await everything()).toEqual(before);
      }, 180_000);

      const typing = hasKubectl ? it : it.skip;
      typing('is led from nothing to an application and back by the commands of getting-started, as they are printed', async () => {
        const [cluster] = clusters;
        if (cluster === undefined) throw new Error('no cluster');
        const home = await mkdtemp(join(directory, 'home-'));
        await chmod(home, 0o755);
        const git = await GitServer.start();
        const [http = 0, agent = 0, enroll = 0] = await freePorts(3);
        const newcomer = await Newcomer.arrive({
          directory: home,
          kubeconfig: await readFile(cluster.adminKubeconfig, 'utf8'),
          hubEnv: { CAPSTAN_DATA_DIR: join(home, '.capstan'), CAPSTAN_HTTP_PORT: String(http), CAPSTAN_AGENT_PORT: String(agent), CAPSTAN_ENROLL_PORT: String(enroll), CAPSTAN_LISTEN_HOST: '127.0.0.1', CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS: 'localhost' },
          adapt: (text) => text.replaceAll(':8080', `:${http}`).replaceAll('https://git.example.com/fleet.git', fleet.url).replaceAll('=.capstan/', `=${home}/.capstan/`).replaceAll('-f hello.yaml', `-f ${home}/hello.yaml`),
        });
        const fleet = await aGitRepository(git, 'fleet');
        const said: string[] = [];
        try {
          for (const block of docBlocks('getting-started.md')) {
            if (block.language === 'yaml') await fleet.commit({ 'apps/hello/settings.yaml': block.text }, 'hello');
            else if (!isTerminal(block)) said.push(await newcomer.type(block));
            else {
              const terminal = newcomer.startTerminal(block);
              const isUp = block.text.includes('hub') ? 'the hub serves' : 'connected to the hub';
              await until(`${block.where}: ${isUp}`, 90_000, () => (terminal.logTail().includes(isUp) ? true : undefined), () => terminal.logTail());
            }
          }
        } finally {
          await newcomer.leave();
          await git.dispose();
        }
        const all = said.join('');
        for (const words of ['app/hello created', 'app/hello healthy', 'size: small', 'colour: blue', 'default/hello@dev', 'app/hello deleted', 'namespace "hello" deleted']) expect(all).toContain(words);
        expect(await everything()).toEqual(before);
      }, 240_000);
    });
  });
});
