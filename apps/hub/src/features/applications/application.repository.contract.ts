import { expect, it } from '@jest/globals';
import { applicationId, applicationRevisionId, repositoryId, validateApplication, type ApplicationSpec, type GateInput, type PrincipalId, type ProjectId } from '#domain';
import type { Application } from './application.js';
import type { ApplicationRepository } from './application.repository.js';

type InTransaction = <T>(work: (repository: ApplicationRepository) => Promise<T>) => Promise<T>;

/** What must be there before: a project with the repository `fleet`, and who writes. */
export interface ApplicationContractGround {
  readonly project: ProjectId;
  readonly principal: PrincipalId;
}

export const FLEET = repositoryId('00000000-0000-7000-8000-00000000f1ee');
const id = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export function aSpec(path = 'apps/web'): ApplicationSpec {
  const spec = validateApplication({ source: { repository: 'fleet', ref: 'main', path }, selector: { all: true } });
  if (!spec.ok) throw new Error('the specification of the contract is invalid');
  return spec.value;
}

/** Its rollouts wait for queue and cache, twice for certs, and for people. */
function waitingSpec(): ApplicationSpec {
  const forApplication = (name: string, application: string): GateInput => ({ name, rollout: { application } });
  const stages = [
    { name: 'canary', selector: { matchLabels: { tier: 'canary' } }, before: [forApplication('queue-first', 'queue'), { name: 'people', approval: {} }] },
    { name: 'rest', selector: { all: true }, before: [forApplication('certs-first', 'certs')], after: [forApplication('cache-too', 'cache'), forApplication('certs-still', 'certs')] },
  ];
  const spec = validateApplication({ source: { repository: 'fleet', ref: 'main', path: 'apps/web' }, selector: { all: true }, strategy: { kind: 'STAGED', stages } });
  if (!spec.ok) throw new Error('the specification of the contract is invalid');
  return spec.value;
}

/** What every ApplicationRepository does. `run` gives each call a transaction of its own. */
export function applicationRepositoryContract(run: InTransaction, ground: () => ApplicationContractGround): void {
  const anApplication = (n: number, name: string): Application => ({
    project: ground().project, id: applicationId(id(0xa000 + n)), name, repository: FLEET, state: 'ACTIVE', deletionMode: undefined,
    revision: { id: applicationRevisionId(id(0xb000 + n)), number: 1, spec: aSpec(), createdBy: ground().principal }, version: 1,
  });

  it('finds repositories by project and name', async () => {
    expect(await run((repository) => repository.repositoryOf(ground().project, 'fleet'))).toEqual({ id: FLEET, type: 'GIT' });
    expect(await run((repository) => repository.repositoryOf(ground().project, 'other'))).toBeUndefined();
  });

  it('tells what the others of a project need', async () => {
    const [certs, web] = [anApplication(17, 'certs'), anApplication(18, 'needs-certs')];
    await run((repository) => repository.add(certs));
    await run((repository) => repository.add({ ...web, revision: { ...web.revision, spec: { ...waitingSpec(), dependsOn: ['certs', 'db'] } } }));
    const needs = await run((repository) => repository.lockDependencies(web.project, 'certs'));
    expect(needs.get('needs-certs')).toEqual(['certs', 'db', 'queue', 'cache']);
    expect(needs.has('certs')).toBe(false);
    expect((await run((repository) => repository.lockDependencies(web.project, 'needs-certs'))).get('certs')).toEqual([]);
  });

  it('tells from where the others of a project are promoted', async () => {
    const prod = anApplication(19, 'prod');
    await run((repository) => repository.add({ ...prod, revision: { ...prod.revision, spec: { ...waitingSpec(), promoteFrom: { application: 'staging', soakMs: 1, as: 'COMMIT', keep: ['a.yaml'] } } } }));
    expect((await run((repository) => repository.lockPromotions(prod.project, 'other'))).get('prod')).toEqual(['staging']);
    expect((await run((repository) => repository.lockPromotions(prod.project, 'prod'))).has('prod')).toBe(false);
  });

  it('finds what was added', async () => {
    const web = anApplication(1, 'web');
    expect(await run((repository) => repository.add(web))).toEqual({ ok: true, value: web });
    expect(await run((repository) => repository.lockByName(web.project, 'web'))).toEqual(web);
    expect(await run((repository) => repository.lockByName(web.project, 'other'))).toBeUndefined();
  });

  it('refuses a second application of that name and keeps the first', async () => {
    const first = anApplication(2, 'twice');
    await run((repository) => repository.add(first));
    expect(await run((repository) => repository.add(anApplication(3, 'twice')))).toEqual({ ok: false, error: { code: 'DUPLICATE_APPLICATION', name: 'twice' } });
    expect(await run((repository) => repository.lockByName(first.project, 'twice'))).toEqual(first);
  });

  it('saves a new revision once per version', async () => {
    const stored = anApplication(4, 'revised');
    await run((repository) => repository.add(stored));
    const changed = { ...stored, revision: { ...stored.revision, id: applicationRevisionId(id(0xb100)), number: 2, spec: aSpec('apps/other') } };
    expect(await run((repository) => repository.save(changed))).toEqual({ ok: true, value: { ...changed, version: 2 } });
    expect(await run((repository) => repository.save(changed))).toEqual({ ok: false, error: { code: 'STALE_VERSION', version: 1 } });
    expect(await run((repository) => repository.lockByName(stored.project, 'revised'))).toEqual({ ...changed, version: 2 });
  });

  it('never changes a revision that is stored', async () => {
    const stored = anApplication(5, 'immutable');
    await run((repository) => repository.add(stored));
    await run((repository) => repository.save({ ...stored, state: 'DELETING', deletionMode: 'ORPHAN', revision: { ...stored.revision, spec: aSpec('apps/forged') } }));
    expect(await run((repository) => repository.lockByName(stored.project, 'immutable'))).toEqual({ ...stored, state: 'DELETING', deletionMode: 'ORPHAN', version: 2 });
  });

  it('frees the name of a deleted one', async () => {
    const first = anApplication(6, 'again');
    await run((repository) => repository.add(first));
    await run((repository) => repository.save({ ...first, state: 'DELETED' }));
    expect(await run((repository) => repository.lockByName(first.project, 'again'))).toBeUndefined();
    const second = anApplication(7, 'again');
    expect(await run((repository) => repository.add(second))).toEqual({ ok: true, value: second });
  });
}
