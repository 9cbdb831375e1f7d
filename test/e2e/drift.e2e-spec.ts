import { expect } from '@jest/globals';
import { until } from '#testing';
import { applicationSpec, createApplication, registeredRepository, type ApplicationRequest } from './stage/applications.js';
import { configMap, deployment } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import type { Stage } from './stage/stage.js';
import { untilRuns, untilTarget } from './stage/targets.js';

describeOnStage('drift', { clusters: [{ name: 'prod', labels: { env: 'prod' } }] }, (promise) => {
  promise('is undone with HEAL, and the API names the object, the field and who changed it', async (stage) => {
    const { prod } = await anApplication(stage, { name: 'healed' });
    prod.mark();
    await prod.edit('apps/Deployment', 'healed', 'web', { spec: { replicas: 0 } });
    const target = await untilTarget(stage, 'healed', 'prod', 'is healed', ({ sync, observed }) => sync === 'SYNCED' && observed.healedCount > 0 && observed.drift.length > 0);
    expect(target.observed.drift).toEqual([
      {
        object: { kind: 'Deployment', name: 'web' }, kind: 'CHANGED', managers: ['kubectl-edit'], fields: ['spec.replicas'], healedAt: expect.any(String),
        changes: [{ path: 'spec.replicas', manager: 'kubectl-edit', expected: '1', live: '0', isMasked: false }],
      },
    ]);
    expect((await prod.get('apps/Deployment', 'healed', 'web'))['spec']).toMatchObject({ replicas: 1 });
    expect(prod.writeLines()).toEqual(['patch apps/deployments healed/web']);
  });

  promise('is shown and left with REPORT, until the policy says otherwise', async (stage) => {
    const request = { name: 'reported', sync: { drift: 'REPORT' } } as const;
    const { prod, spec } = await anApplication(stage, request);
    prod.mark();
    await prod.edit('ConfigMap', 'reported', 'settings', { data: { colour: 'red' } });
    const target = await untilTarget(stage, 'reported', 'prod', 'shows its drift', ({ sync }) => sync === 'DRIFTED');
    expect(target).toMatchObject({ reason: 'DRIFT_DETECTED', observed: { drift: [{ object: { kind: 'ConfigMap', name: 'settings' }, kind: 'CHANGED', managers: ['kubectl-edit'], fields: ['data.colour'], healedAt: null, changes: [{ expected: '"blue"', live: '"red"' }] }] } });
    expect((await stage.capstan(['describe', 'target/reported@prod'])).stdout).toContain('- "blue"');
    expect(target.advice).not.toBe('');
    expect(prod.writeLines()).toEqual([]);

    await stage.api.must('updateApplication', { project: 'default', name: 'reported', spec: applicationSpec({ ...spec, sync: { drift: 'HEAL' } }) });
    await untilTarget(stage, 'reported', 'prod', 'is synced', ({ sync }) => sync === 'SYNCED');
    expect((await prod.get('ConfigMap', 'reported', 'settings'))['data']).toEqual({ colour: 'blue' });
  });

  promise('of a Secret names its keys, and its values are nowhere outside of the cluster and Git', async (stage) => {
    const prod = stage.cluster('prod');
    const repository = await registeredRepository(stage, 'secretive');
    const inGit = 'canary-in-git';
    const byHand = 'canary-by-hand';
    // Inside of a List, and applied once by kubectl, which keeps a copy.
    const secret = `  - apiVersion: v1\n    kind: Secret\n    metadata: { name: db }\n    stringData: { password: ${inGit} }\n`;
    const commit = await repository.commit({ 'app/list.yaml': `apiVersion: v1\nkind: List\nitems:\n${secret}` });
    await createApplication(stage, { name: 'secretive', repository: 'secretive', path: 'app', namespace: 'secretive', sync: { drift: 'REPORT' } });
    await untilRuns(stage, 'secretive', 'prod', commit);
    await expect(prod.edit('Secret', 'secretive', 'db', { data: { password: `${byHand} is no base64` } })).rejects.toThrow();
    const lastApplied = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ stringData: { password: byHand } }) };
    await prod.edit('Secret', 'secretive', 'db', { metadata: { annotations: lastApplied }, data: { password: base64(byHand) } });
    const target = await untilTarget(stage, 'secretive', 'prod', 'shows its drift', ({ sync }) => sync === 'DRIFTED');
    expect(target.observed.drift).toMatchObject([{ object: { kind: 'Secret', name: 'db' }, changes: [{ path: 'data.password', expected: '"********"', live: '"********"', isMasked: true }] }]);

    await stage.api.must('updateApplication', { project: 'default', name: 'secretive', spec: applicationSpec({ name: 'secretive', repository: 'secretive', path: 'app', namespace: 'secretive', sync: { drift: 'HEAL' } }) });
    await untilTarget(stage, 'secretive', 'prod', 'is healed', ({ sync, observed }) => sync === 'SYNCED' && observed.healedCount > 0);
    const told = {
      described: (await stage.capstan(['describe', 'target/secretive@prod'])).stdout,
      object: JSON.stringify(await stage.api.query('{ describeObject(application: "secretive", cluster: "prod", object: { kind: "Secret", namespace: "secretive", name: "db" }) { object } }')),
      database: await dumpOf(stage),
      logs: logsOf(stage),
    };
    expect(told.database).toContain('data.password'); // the dump holds the report
    for (const [where, text] of Object.entries(told)) {
      for (const canary of [inGit, byHand].flatMap((plain) => [plain, base64(plain), Buffer.from(plain).toString('hex')])) expect({ where, leak: text.includes(canary) ? canary : '' }).toEqual({ where, leak: '' });
    }
  });

  promise('by deletion is undone: the object is made again', async (stage) => {
    const { prod } = await anApplication(stage, { name: 'restored' });
    const before = await prod.get('ConfigMap', 'restored', 'settings');
    prod.mark();
    await prod.delete('ConfigMap', 'restored', 'settings');
    const after = await until('it is back', 60_000, () => prod.find('ConfigMap', 'restored', 'settings'));
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after['data']).toEqual({ colour: 'blue' });
    expect(prod.writeLines()).toEqual(['patch configmaps restored/settings']);
    await untilTarget(stage, 'restored', 'prod', 'is synced', ({ sync, health }) => sync === 'SYNCED' && health === 'HEALTHY');
  });

  promise('is not what others add beside the fields of Git', async (stage) => {
    const { prod } = await anApplication(stage, { name: 'shared' });
    prod.mark();
    await prod.edit('ConfigMap', 'shared', 'settings', { metadata: { annotations: { 'example.com/seen': 'yes' } }, data: { extra: 'from elsewhere' } });
    // The witness that the agent has looked: a real drift beside it is healed.
    await prod.edit('apps/Deployment', 'shared', 'web', { spec: { replicas: 0 } });
    await untilTarget(stage, 'shared', 'prod', 'is healed', ({ sync, observed }) => sync === 'SYNCED' && observed.healedCount > 0);
    expect(prod.writeLines()).toEqual(['patch apps/deployments shared/web']);
    expect((await prod.get('ConfigMap', 'shared', 'settings'))['data']).toEqual({ colour: 'blue', extra: 'from elsewhere' });
  });
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Every row of every table of the hub, as text. */
async function dumpOf(stage: Stage): Promise<string> {
  const tables = await stage.postgres.query<{ readonly name: string }>(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`);
  const dumps = await Promise.all(tables.map(({ name }) => stage.postgres.query<{ readonly dump: string | null }>(`SELECT string_agg(t::text, E'\\n') AS dump FROM ${name} t`)));
  return dumps.map(([row]) => row?.dump ?? '').join('\n');
}

/** What hub and agents have logged since they started. */
function logsOf(stage: Stage): string {
  return [stage.hub, ...stage.clusters.map(({ agent }) => agent)].map((program) => program.log).join('\n');
}

type Wanted = Pick<ApplicationRequest, 'name' | 'sync'>;

async function anApplication(stage: Stage, wanted: Wanted): Promise<{ readonly prod: ReturnType<Stage['cluster']>; readonly spec: ApplicationRequest }> {
  const repository = await registeredRepository(stage, wanted.name);
  const commit = await repository.commit({ 'app/settings.yaml': configMap('settings', { colour: 'blue' }), 'app/web.yaml': deployment('web', 'example.com/web:1') });
  const spec: ApplicationRequest = { ...wanted, repository: wanted.name, path: 'app', namespace: wanted.name };
  await createApplication(stage, spec);
  await untilRuns(stage, wanted.name, 'prod', commit);
  return { prod: stage.cluster('prod'), spec };
}
