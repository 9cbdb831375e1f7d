import { expect } from '@jest/globals';
import { until, type GitContent } from '#testing';
import { applicationSpec, createApplication, registeredRepository } from './stage/applications.js';
import { configMap } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import type { Stage } from './stage/stage.js';
import { untilRuns, untilTarget, type TargetView } from './stage/targets.js';

interface BadCommit {
  readonly title: string;
  readonly name: string;
  readonly good?: Readonly<Record<string, GitContent>>;
  readonly bad: Readonly<Record<string, GitContent>>;
  readonly reason: string;
  readonly says: readonly string[];
}

const GOOD = { 'app/settings.yaml': configMap('settings', { colour: 'blue' }) };
const KUSTOMIZED = { ...GOOD, 'app/kustomization.yaml': 'resources:\n  - settings.yaml\n' };

/** A commit each that cannot be rolled out. What ran goes on, and a commit that mends it is all that is needed. */
const BAD_COMMITS: readonly BadCommit[] = [
  { title: 'a Kustomize base that does not exist', name: 'no-base', good: KUSTOMIZED, bad: { 'app/kustomization.yaml': 'resources:\n  - settings.yaml\n  - ../base\n' }, reason: 'PATH_NOT_FOUND', says: ['base', 'app/kustomization.yaml'] },
  { title: 'a kustomization that kustomize refuses', name: 'no-patch', good: KUSTOMIZED, bad: { 'app/kustomization.yaml': 'resources:\n  - settings.yaml\npatches:\n  - target: { kind: Deployment }\n    patch: "no patch"\n' }, reason: 'KUSTOMIZE_FAILED', says: ['patch'] },
  { title: 'YAML that does not parse', name: 'no-yaml', bad: { 'app/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "x\n' }, reason: 'INVALID_YAML', says: ['app/broken.yaml', '3'] },
  { title: 'an object without a name', name: 'no-name', bad: { 'app/nameless.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n' }, reason: 'INVALID_OBJECT', says: ['app/nameless.yaml', 'name'] },
  { title: 'the same key twice', name: 'two-keys', bad: { 'app/settings.yaml': `${configMap('settings', { colour: 'red' })}  colour: green\n` }, reason: 'DUPLICATE_KEY', says: ['app/settings.yaml', 'colour'] },
  { title: 'the same object twice', name: 'two-objects', bad: { 'app/again.yaml': configMap('settings', { colour: 'red' }) }, reason: 'DUPLICATE_OBJECT', says: ['settings'] },
  { title: 'no object at all', name: 'no-objects', bad: { 'app/settings.yaml': '# nothing\n' }, reason: 'NO_OBJECTS', says: [] },
  { title: 'an object of the agent\'s own namespace', name: 'reserved', bad: { 'app/reserved.yaml': configMap('mine', { a: '1' }, 'capstan-system') }, reason: 'RESERVED_NAMESPACE', says: ['capstan-system'] },
  {
    title: 'an object that the API server finds invalid', name: 'invalid',
    bad: { 'app/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 99999\n' }, reason: 'INVALID_FOR_SERVER', says: ['web', '99999'],
  },
  { title: 'a symlink out of the repository', name: 'hostile', bad: { 'app/link.yaml': { symlink: '../../etc/passwd' } }, reason: 'PATH_REFUSED', says: ['app/link.yaml'] },
];

describeOnStage('bad input from Git', { clusters: [{ name: 'prod', labels: { env: 'prod' } }] }, (promise) => {
  promise('a commit that does not render or apply is kept out with its reason, and the next good commit heals it', async (stage) => {
    const outcomes = await Promise.allSettled(BAD_COMMITS.map((bad) => isKeptOutAndHealed(stage, bad)));
    const told = outcomes.map((outcome, index) => [BAD_COMMITS[index]?.title, outcome.status === 'rejected' ? String(outcome.reason) : 'kept out and healed']);
    expect(told).toEqual(BAD_COMMITS.map(({ title }) => [title, 'kept out and healed']));
    expect(stage.cluster('prod').deleteLines()).toEqual([]);
  });

  promise('a path that is missing is named, and is taken up when a commit brings it', async (stage) => {
    const repository = await registeredRepository(stage, 'no-path');
    await repository.commit(GOOD);
    await createApplication(stage, { name: 'no-path', repository: 'no-path', path: 'deploy/prod', namespace: 'no-path' });
    expect(await untilRefused(stage, 'no-path', 'PATH_NOT_FOUND')).toContain('deploy/prod');
    const commit = await repository.commit({ 'deploy/prod/settings.yaml': configMap('settings', { colour: 'blue' }) });
    await untilRuns(stage, 'no-path', 'prod', commit);
  });

  promise('a branch that is force-pushed or gone changes nothing, and goes on where a person approves of exactly that commit', async (stage) => {
    const prod = stage.cluster('prod');
    const repository = await registeredRepository(stage, 'rewritten');
    const first = await repository.commit({ ...GOOD, 'app/more.yaml': configMap('more', { a: '1' }) });
    const second = await repository.commit({ 'app/settings.yaml': configMap('settings', { colour: 'green' }) });
    await repository.branch('keep', second);
    await createApplication(stage, { name: 'rewritten', repository: 'rewritten', path: 'app', namespace: 'rewritten' });
    await untilRuns(stage, 'rewritten', 'prod', second);
    prod.mark();

    await repository.forcePush('main', first);
    const message = await untilRefused(stage, 'rewritten', 'HISTORY_REWRITTEN');
    expect(message).toContain(first);
    expect(message).toContain(second);
    await repository.deleteRef('refs/heads/main');
    await until('the branch is missed', 60_000, async () => ((await untilRefused(stage, 'rewritten', 'HISTORY_REWRITTEN')).includes('is gone') ? true : undefined));
    await repository.branch('other', first);
    const unrelated = await repository.commit({ 'app/more.yaml': null, 'app/new.yaml': configMap('new', { a: '2' }) }, 'other', { branch: 'other' });
    await repository.branch('main', unrelated);
    await until('the new branch is seen', 60_000, async () => ((await untilRefused(stage, 'rewritten', 'HISTORY_REWRITTEN')).includes(unrelated) ? true : undefined));
    expect(prod.writeLines()).toEqual([]);

    const told = await stage.capstan(['describe', 'app/rewritten']);
    expect(told.stderr).toContain(`capstan history approve rewritten main ${unrelated} --from ${second}`);
    const refused = await stage.capstan(['history', 'approve', 'rewritten', 'main', first, '--from', second]);
    expect([refused.exitCode, refused.stderr]).toEqual([7, expect.stringContaining(`from ${second} to ${unrelated}`)]);
    expect(prod.writeLines()).toEqual([]);
    expect(await stage.capstan(['history', 'approve', 'rewritten', 'main', unrelated, '--from', second])).toMatchObject({ exitCode: 0 });
    await untilRuns(stage, 'rewritten', 'prod', unrelated);
    expect(prod.deleteLines()).toEqual(['delete configmaps rewritten/more']); // the one that the approved commit no longer has
  });

  promise('a path that vanishes deletes nothing', async (stage) => {
    const prod = stage.cluster('prod');
    const repository = await registeredRepository(stage, 'lost-path');
    const first = await repository.commit({ ...GOOD, 'README.md': 'x' });
    await createApplication(stage, { name: 'lost-path', repository: 'lost-path', path: 'app', namespace: 'lost-path' });
    await untilRuns(stage, 'lost-path', 'prod', first);
    prod.mark();
    await repository.commit({ 'app/settings.yaml': null });
    await untilRefused(stage, 'lost-path', 'PATH_NOT_FOUND');
    expect(prod.writeLines()).toEqual([]);
    const mended = await repository.commit({ 'app/settings.yaml': configMap('settings', { colour: 'green' }) });
    await untilRuns(stage, 'lost-path', 'prod', mended);
  });

  promise('a repository that does not exist is named, and heals when it does', async (stage) => {
    await stage.api.must('createRepository', { project: 'default', name: 'later', url: stage.git.url('later'), poll: '1s' });
    await createApplication(stage, { name: 'later', repository: 'later', path: 'app', namespace: 'later' });
    await untilRepositorySays(stage, 'later', 'REPOSITORY_NOT_FOUND');
    await untilRefused(stage, 'later', 'REPOSITORY_NOT_FOUND');
    const repository = await stage.repository('later');
    await untilRuns(stage, 'later', 'prod', await repository.commit(GOOD));
  });

  promise('wrong credentials are said without being told, and the right ones heal', async (stage) => {
    const [username, password, wrong] = ['reader', 'the-right-password-of-the-test', 'a-wrong-password-of-the-test'];
    const repository = await stage.repository('private', { credentials: { username, password } });
    const commit = await repository.commit(GOOD);
    await stage.api.must('createRepository', { project: 'default', name: 'private', url: repository.url, poll: '1s', credentials: { username, password: wrong } });
    await createApplication(stage, { name: 'private', repository: 'private', path: 'app', namespace: 'private' });
    expect(await untilRepositorySays(stage, 'private', 'AUTHENTICATION_FAILED')).not.toContain(wrong);
    await untilRefused(stage, 'private', 'AUTHENTICATION_FAILED');
    await stage.api.must('updateRepository', { project: 'default', name: 'private', credentials: { username, password } });
    await untilRuns(stage, 'private', 'prod', commit);
    for (const secret of [wrong, password]) expect(`${stage.hub.log}${stage.cluster('prod').agent.log}`).not.toContain(secret);
  });

  promise('a kind that the cluster lacks is named, and heals when its definition comes', async (stage) => {
    const prod = stage.cluster('prod');
    const repository = await registeredRepository(stage, 'no-kind');
    const first = await repository.commit(GOOD);
    await createApplication(stage, { name: 'no-kind', repository: 'no-kind', path: 'app', namespace: 'no-kind' });
    await untilRuns(stage, 'no-kind', 'prod', first);
    prod.mark();
    const second = await repository.commit({ 'app/gadget.yaml': 'apiVersion: example.com/v1\nkind: Gadget\nmetadata:\n  name: one\nspec:\n  size: 3\n' });
    expect(await untilRefused(stage, 'no-kind', 'KIND_NOT_FOUND')).toContain('Gadget');
    expect(prod.writeLines()).toEqual([]);
    await prod.apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: {
        group: 'example.com', scope: 'Namespaced', names: { kind: 'Gadget', plural: 'gadgets', singular: 'gadget', listKind: 'GadgetList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } } } }],
      },
    });
    await untilTarget(stage, 'no-kind', 'prod', 'is synced', ({ sync, observed }) => sync === 'SYNCED' && observed.commit === second);
    expect((await prod.get('example.com/Gadget', 'no-kind', 'one'))['spec']).toEqual({ size: 3 });
  });

  promise('what admission refuses is named with its reason, and heals when the policy goes', async (stage) => {
    const prod = stage.cluster('prod');
    await prod.apply(
      {
        apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'no-red' },
        spec: {
          matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }] },
          validations: [{ expression: '!has(object.data) || !("colour" in object.data) || object.data["colour"] != "red"', message: 'red is out of fashion' }],
        },
      },
      { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'no-red' }, spec: { policyName: 'no-red', validationActions: ['Deny'] } },
    );
    await until('the policy is in force', 60_000, async () => {
      const tried = await prod.admin.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'try', namespace: 'default' }, data: { colour: 'red' } }, { dryRun: true });
      return tried.ok ? undefined : true;
    });
    const repository = await registeredRepository(stage, 'refused');
    const first = await repository.commit({ ...GOOD, 'app/other.yaml': configMap('other', { a: '1' }) });
    await createApplication(stage, { name: 'refused', repository: 'refused', path: 'app', namespace: 'refused' });
    await untilRuns(stage, 'refused', 'prod', first);
    prod.mark();
    const second = await repository.commit({ 'app/settings.yaml': configMap('settings', { colour: 'red' }), 'app/other.yaml': configMap('other', { a: '2' }) });
    expect(await untilRefused(stage, 'refused', 'ADMISSION_DENIED')).toContain('red is out of fashion');
    expect(prod.writeLines()).toEqual([]);
    await prod.delete('admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding', '', 'no-red');
    await untilRuns(stage, 'refused', 'prod', second);
  });

  promise('of two applications that claim one object the first keeps it and the second is told, naming both', async (stage) => {
    const prod = stage.cluster('prod');
    const repository = await registeredRepository(stage, 'claimed');
    const first = await repository.commit({ 'one/shared.yaml': configMap('shared', { of: 'one' }), 'two/shared.yaml': configMap('shared', { of: 'two' }), 'two/own.yaml': configMap('own', { of: 'two' }) });
    await createApplication(stage, { name: 'claims-one', repository: 'claimed', path: 'one', namespace: 'claimed' });
    await untilRuns(stage, 'claims-one', 'prod', first);
    prod.mark();
    await createApplication(stage, { name: 'claims-two', repository: 'claimed', path: 'two', namespace: 'claimed' });
    const message = await untilRefused(stage, 'claims-two', 'OBJECT_CLAIMED');
    expect(message).toContain('claims-one');
    expect(message).toContain('claims-two');
    expect(message).toContain('shared');
    expect(prod.writeLines()).toEqual([]);
    const second = await repository.commit({ 'two/shared.yaml': null });
    await untilTarget(stage, 'claims-two', 'prod', 'is synced', ({ sync, observed }) => sync === 'SYNCED' && observed.commit === second);
    expect(prod.writeLines()).toEqual(['patch configmaps claimed/own']);
    expect((await prod.get('ConfigMap', 'claimed', 'shared'))['data']).toEqual({ of: 'one' });
  });

  promise('what the API can judge at once is refused at once', async (stage) => {
    await registeredRepository(stage, 'judged');
    const spec = applicationSpec({ name: 'judged', repository: 'judged', path: 'app' });
    const refusal = async (name: string, changed: object): Promise<readonly unknown[]> => {
      const { userErrors } = await stage.api.mutate('createApplication', { project: 'default', name, spec: { ...spec, ...changed } });
      return userErrors.map(({ code, field }) => [code, field.join('.')]);
    };
    expect(await refusal('judged', { source: { repository: 'nowhere', ref: 'main', path: 'app' } })).toEqual([['REPOSITORY_NOT_FOUND', 'spec.source.repository']]);
    expect(await refusal('judged', { selector: {} })).toEqual([['INVALID_SELECTOR', 'spec.selector']]);
    expect(await refusal('judged', { selector: { matchExpressions: [{ key: 'env', operator: 'In', values: [] }] } })).toMatchObject([['INVALID_SELECTOR', expect.stringContaining('selector')]]);
    expect(await refusal('judged', { source: { repository: 'judged', ref: 'main', path: '../up' } })).toEqual([['INVALID_PATH', 'spec.source.path']]);
    await stage.api.must('createApplication', { project: 'default', name: 'judged', spec });
    expect(await refusal('judged', {})).toEqual([['DUPLICATE_APPLICATION', 'name']]);
    const [error] = await stage.api.failure('{ clusters(labelSelector: "env in (") { edges { node { name } } } }');
    expect(error?.message).toContain('does not parse');
  });
});

async function isKeptOutAndHealed(stage: Stage, { name, good = GOOD, bad, reason, says }: BadCommit): Promise<void> {
  const prod = stage.cluster('prod');
  const repository = await registeredRepository(stage, name);
  const first = await repository.commit(good);
  await createApplication(stage, { name, repository: name, path: 'app', namespace: name });
  await untilRuns(stage, name, 'prod', first);
  const before = await prod.get('ConfigMap', name, 'settings');
  const writes = prod.writeLines(name);

  const broken = await repository.commit(bad);
  const message = await untilRefused(stage, name, reason);
  for (const word of says) expect(message).toContain(word);
  expect(prod.writeLines(name)).toEqual(writes);
  expect(await prod.get('ConfigMap', name, 'settings')).toEqual(before);
  expect(`${stage.hub.log}${prod.agent.log}`.split('\n').filter((line) => line.includes(reason))).not.toEqual([]);

  await repository.revert(broken);
  const mended = await repository.commit({ 'app/settings.yaml': configMap('settings', { colour: 'green' }) });
  await untilRuns(stage, name, 'prod', mended);
}

/** Until the application or its target is refused for the reason; what it says then. Nothing may be running that was not before. */
async function untilRefused(stage: Stage, application: string, reason: string): Promise<string> {
  type Answer = { readonly application: { readonly reason: string | null; readonly message: string | null; readonly targets: { readonly edges: readonly { readonly node: Pick<TargetView, 'sync' | 'reason' | 'message' | 'advice'> }[] } } };
  let last: unknown;
  return until(`${application} says ${reason}`, 60_000, async () => {
    const answer = await stage.api.query<Answer>('query Refused($name: String!) { application(name: $name) { reason message targets(first: 5) { edges { node { sync reason message advice } } } } }', { name: application });
    last = answer.application;
    const target = answer.application.targets.edges.map(({ node }) => node).find((node) => node.reason === reason && ['KEPT_LAST_GOOD', 'FAILED'].includes(node.sync));
    if (target !== undefined) return target.message;
    return answer.application.reason === reason ? (answer.application.message ?? '') : undefined;
  }, () => `; it is ${JSON.stringify(last)}`);
}

async function untilRepositorySays(stage: Stage, name: string, reason: string): Promise<string> {
  let last: unknown;
  return until(`repository ${name} says ${reason}`, 60_000, async () => {
    const { repository } = await stage.api.query<{ readonly repository: { readonly reason: string | null; readonly message: string | null } }>('query Says($name: String!) { repository(name: $name) { reason message } }', { name });
    last = repository;
    return repository.reason === reason ? (repository.message ?? '') : undefined;
  }, () => `; it is ${JSON.stringify(last)}`);
}
