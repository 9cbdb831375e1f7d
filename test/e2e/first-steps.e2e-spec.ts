import { expect } from '@jest/globals';
import { until } from '#testing';
import { parse } from 'yaml';
import { must } from '../contract/kubernetes/contract-server.js';
import { AGENT_NAMESPACE } from './stage/agent-accounts.js';
import { capstanCommand } from '../stage/capstan-command.js';
import { configMap } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import { ROOT } from './stage/stage.js';
import { untilTarget } from './stage/targets.js';

const manifests = (url: string): string => `apiVersion: capstan.dev/v1
kind: Repository
metadata: { name: fleet, project: default }
spec: { url: "${url}", poll: 1s }
---
apiVersion: capstan.dev/v1
kind: Application
metadata: { name: podinfo, project: default }
spec:
  source: { repository: fleet, ref: main, path: apps/podinfo, renderer: auto }
  parameters: { size: "{{ cluster.labels.size }}" }
  substitute: true
  selector: { matchLabels: { env: prod }, matchExpressions: [{ key: region, operator: In, values: [eu, us] }] }
  namespace: podinfo
  sync: { automated: true, prune: true, drift: HEAL }
`;

describeOnStage('the first steps of a user', { clusters: [{ name: 'joined', labels: { env: 'prod', region: 'ap', size: 'small' } }] }, (promise) => {
  promise('with the command line lead from a repository to a running application and back', async (stage) => {
    const fleet = await stage.repository('fleet');
    await fleet.commit({ 'apps/podinfo/settings.yaml': configMap('settings', { size: '${size}' }) });
    const run = async (exitCode: number, ...args: readonly string[]): Promise<string> => {
      const outcome = await stage.capstan(args);
      expect({ args, exitCode: outcome.exitCode, stderr: outcome.exitCode === exitCode ? '' : outcome.stderr }).toEqual({ args, exitCode, stderr: '' });
      return `${outcome.stdout}${outcome.stderr}`;
    };

    const applied = await stage.capstan(['apply', '-f', '-'], manifests(fleet.url));
    expect(applied).toMatchObject({ exitCode: 0, stdout: 'repository/fleet created\napp/podinfo created\n' });
    expect((await stage.capstan(['apply', '-f', '-'], manifests(fleet.url))).stdout).toBe('repository/fleet unchanged\napp/podinfo unchanged\n');

    await run(0, 'label', 'cluster', 'joined', 'region=eu');
    expect(await run(0, 'wait', 'app/podinfo', '--for=synced', '--timeout', '60s')).toContain('app/podinfo synced');
    expect(await run(0, 'wait', 'app/podinfo', '--for=healthy', '--timeout', '60s')).toContain('app/podinfo healthy');
    expect((await stage.cluster('joined').get('ConfigMap', 'podinfo', 'settings'))['data']).toEqual({ size: 'small' });

    for (const kind of ['clusters', 'repositories', 'apps', 'targets']) expect(await run(0, 'get', kind, '-o', 'wide')).not.toBe('');
    expect(await run(0, 'get', 'clusters', '-l', 'region in (eu)', '-o', 'name')).toBe('cluster/joined\n');
    expect(await run(0, 'get', 'clusters', '-l', 'region=us', '-o', 'name')).not.toContain('cluster/joined');
    expect(parse(await run(0, 'get', 'targets', '-o', 'json'))).toMatchObject({ items: [{ name: 'default/podinfo@joined', sync: 'SYNCED', health: 'HEALTHY' }] });
    expect(parse(await run(0, 'describe', 'app/podinfo'))).toMatchObject({ name: 'podinfo', targets: [{ name: 'default/podinfo@joined', sync: 'SYNCED' }] });
    expect(parse(await run(0, 'describe', 'target/podinfo@joined'))).toMatchObject({ sync: 'SYNCED', reason: 'SYNCED' });
    await run(0, 'sync', 'app/podinfo');

    await run(6, 'describe', 'app/nowhere');
    await run(2, 'get', 'gadgets');
    expect((await run(7, 'label', 'cluster', 'joined', 'region=ap'))).toContain('REMOVAL_NEEDS_CONFIRMATION');
    await run(3, 'wait', 'app/podinfo', '--for=deleted', '--timeout', '1s');
    await run(2, 'delete', 'app/podinfo', '--mode', 'delete');
    await run(0, 'delete', 'app/podinfo', '--mode', 'delete', '--yes');
    await run(0, 'wait', 'app/podinfo', '--for=deleted', '--timeout', '60s');
    expect(await stage.cluster('joined').find('ConfigMap', 'podinfo', 'settings')).toBeUndefined();
    await until('the repository is free', 60_000, async () => ((await stage.capstan(['delete', 'repository/fleet', '--yes'])).exitCode === 0 ? true : undefined));
  });

  promise('say in CEL what healthy means, for one application and for all of a project', async (stage) => {
    const fleet = await stage.repository('rules');
    await fleet.commit({ 'app/gate.yaml': configMap('gate', { state: 'closed' }) });
    const apply = async (text: string): Promise<string> => {
      const outcome = await stage.capstan(['apply', '-f', '-'], text);
      expect({ exitCode: outcome.exitCode, stderr: outcome.stderr }).toEqual({ exitCode: 0, stderr: '' });
      return outcome.stdout;
    };
    const application = (rule: string): string => `apiVersion: capstan.dev/v1\nkind: Application\nmetadata: { name: gate }\nspec: { source: { repository: rules, ref: main, path: app }, selector: { all: true }, namespace: gate${rule} }\n`;
    const project = (rules: string): string => `apiVersion: capstan.dev/v1\nkind: Project\nmetadata: { name: default }\nspec: { health: [${rules}] }\n`;
    const rule = (healthy: string): string => `{ kind: ConfigMap, healthy: '${healthy}', message: '"the gate is " + object.data.state' }`;
    await apply(`apiVersion: capstan.dev/v1\nkind: Repository\nmetadata: { name: rules }\nspec: { url: "${fleet.url}", poll: 1s }\n---\n${application(`, health: [${rule('object.data.state == "open"')}]`)}`);
    await untilTarget(stage, 'gate', 'joined', 'waits by the rule', ({ health, observed }) => health === 'PROGRESSING' && observed.unhealthy[0]?.message === 'the gate is closed');
    await fleet.commit({ 'app/gate.yaml': configMap('gate', { state: 'open' }) });
    await untilTarget(stage, 'gate', 'joined', 'is healthy by the rule', ({ health, sync }) => health === 'HEALTHY' && sync === 'SYNCED');

    expect(await apply(project(rule('object.data.state == "shut"')))).toBe('project/default configured\n');
    expect(await apply(project(rule('object.data.state == "shut"')))).toBe('project/default unchanged\n');
    expect((await stage.capstan(['get', 'projects'])).stdout).toMatch(/^default +1 +0/m);
    expect(parse((await stage.capstan(['describe', 'project/default'])).stdout)).toMatchObject({ name: 'default', health: [{ kind: 'ConfigMap', healthy: 'object.data.state == "shut"' }] });
    await apply(application(''));
    await untilTarget(stage, 'gate', 'joined', 'waits by the rule of the project', ({ health }) => health === 'PROGRESSING');
    const refused = await stage.capstan(['apply', '-f', '-'], project(rule('object.data.state = "shut"')));
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('Line 1, column 19: Unexpected character: =.');
    await apply(project(''));
    await untilTarget(stage, 'gate', 'joined', 'is healthy without rules', ({ health }) => health === 'HEALTHY');
  });

  promise('without a token or a hub end with codes that a script can tell apart', async (stage) => {
    const get = (env: Readonly<Record<string, string>>): Promise<number | null> => capstanCommand(ROOT, env, ['get', 'clusters']).then(({ exitCode }) => exitCode);
    expect(await get({ CAPSTAN_SERVER: stage.hub.url })).toBe(4);
    expect(await get({ CAPSTAN_SERVER: stage.hub.url, CAPSTAN_TOKEN: `cap_00000000_${'A'.repeat(43)}` })).toBe(4);
    expect(await get({ CAPSTAN_SERVER: 'http://127.0.0.1:1', CAPSTAN_TOKEN: stage.hub.token })).toBe(8);
  });

  promise('bring up an agent process by the environment that `cluster join` prints, once for each token', async (stage) => {
    const { agent, admin } = stage.cluster('joined');
    await agent.kill();
    const secrets = must(await admin.resolve('', 'Secret'));
    const joinSecrets = new Set(['capstan-hub', 'capstan-join']);
    for (const { metadata } of must(await admin.list(secrets, { namespace: AGENT_NAMESPACE })).items) {
      if (!joinSecrets.has(metadata.name)) must(await admin.delete(secrets, AGENT_NAMESPACE, metadata.name, { uid: metadata.uid ?? '' }));
    }
    const before = agent.log.length;
    agent.start();
    await until('the agent says that its token is refused', 60_000, () => (/the hub refuses the join token/.test(agent.log.slice(before)) ? true : undefined), () => agent.lastWords());
    expect(agent.isRunning).toBe(true);
    await until('the hub says why', 60_000, () => (stage.hub.log.includes('"why":"TOKEN_USED"') ? true : undefined), () => stage.hub.lastWords());
    type Audit = { readonly auditLog: { readonly edges: readonly { readonly node: { readonly action: string; readonly outcome: string } }[] } };
    const { auditLog } = await stage.api.query<Audit>('{ auditLog(first: 20, action: "enrollment.enroll") { edges { node { action outcome } } } }');
    expect(auditLog.edges.map(({ node }) => node.outcome)).toContain('DENIED');
    await agent.kill();

    const { exitCode, stdout, stderr } = await stage.capstan(['cluster', 'join', 'joined']);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('cluster/joined exists already') });
    const printed = Object.fromEntries(stdout.trimEnd().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    expect(Object.keys(printed).toSorted()).toEqual(['CAPSTAN_APPLY_SERVICE_ACCOUNT', 'CAPSTAN_HUB', 'CAPSTAN_HUB_CA_HASH', 'CAPSTAN_JOIN_TOKEN', 'CAPSTAN_NAMESPACE']);
    const refused = agent.log.length;
    agent.start({ ...printed, CAPSTAN_HUB_CA_FILE: '' });
    await until('the agent is enrolled anew', 60_000, () => (/this agent is enrolled/.test(agent.log.slice(refused)) ? true : undefined), () => agent.lastWords());
    await stage.untilConnected();
    expect(`${stage.hub.log}${agent.log}`).not.toContain(printed['CAPSTAN_JOIN_TOKEN']);
  });
});
