import { describe, expect, it } from '@jest/globals';
import { err, ok, type Digest, type Result } from '#kernel';
import { principalId, projectId, type ApplicationId, type ApplicationInput, type RemovalMode } from '#domain';
import { countingIds } from '#testing';
import type { Viewer } from '../../platform/api/index.js';
import type { RemovalNeedsConfirmation } from './application.errors.js';
import type { ApplicationPlacement } from './application-placement.js';
import { FLEET } from './application.repository.contract.js';
import { CreateApplication } from './create-application.js';
import { DeleteApplication } from './delete-application.js';
import { FakeApplicationRepository } from './fake-application.repository.js';
import { UpdateApplication } from './update-application.js';

const project = { id: projectId('00000000-0000-7000-8000-000000000001'), name: 'default', createdAt: new Date(0) };
const viewer: Viewer = {
  principalId: principalId('00000000-0000-7000-8000-000000000002'), name: 'admin', kind: 'USER', tokenId: 't', permissions: new Set(), requestId: 'r', origin: 'test',
};
const refusal: RemovalNeedsConfirmation = { code: 'REMOVAL_NEEDS_CONFIRMATION', count: 3, digest: `sha256:${'1'.repeat(64)}` as Digest, targets: ['default/web@c1'] };

/** Placement that remembers what it was told, and refuses when told to. */
class Placement implements ApplicationPlacement {
  readonly calls: string[] = [];
  refuses = false;

  onSelectorChanged(_application: ApplicationId, confirmed: Digest | undefined): Promise<Result<void, RemovalNeedsConfirmation>> {
    this.calls.push(`selector ${confirmed ?? '-'}`);
    return Promise.resolve(this.refuses && confirmed !== refusal.digest ? err(refusal) : ok(undefined));
  }
  onPolicyChanged(): Promise<void> {
    return Promise.resolve(void this.calls.push('policy'));
  }
  onDeletion(_application: ApplicationId, mode: RemovalMode): Promise<void> {
    return Promise.resolve(void this.calls.push(`deletion ${mode}`));
  }
}

function house() {
  const repository = new FakeApplicationRepository();
  repository.addRepository(project.id, 'fleet', FLEET);
  const placement = new Placement();
  const told: string[] = [];
  const tx = { run: <T>(_scope: unknown, work: () => Promise<T>): Promise<T> => work(), notify: (channel: string, payload: string): void => void told.push(`${channel} ${payload}`) };
  const audited: string[] = [];
  const audit = { record: (entry: { readonly action: string }): Promise<void> => Promise.resolve(void audited.push(entry.action)) };
  const outbox = { append: (): Promise<void> => Promise.resolve() };
  const ids = countingIds();
  const of = (name: string): { readonly project: typeof project; readonly projectName: string; readonly name: string } => ({ project, projectName: 'default', name });
  return {
    repository, placement, audited, told,
    create: (name: string, spec: ApplicationInput) => new CreateApplication(tx, repository, placement, audit, outbox, ids).execute(viewer, { ...of(name), spec }),
    update: (name: string, spec: ApplicationInput, rest: { readonly version?: number; readonly confirmRemovals?: Digest } = {}) =>
      new UpdateApplication(tx, repository, placement, audit, outbox, ids).execute(viewer, { ...of(name), spec, version: rest.version, confirmRemovals: rest.confirmRemovals }),
    remove: (name: string, mode: RemovalMode) => new DeleteApplication(tx, repository, placement, audit, outbox).execute(viewer, { ...of(name), mode }),
  };
}

const spec: ApplicationInput = { source: { repository: 'fleet', ref: 'main', path: 'apps/web' }, selector: { all: true } };

describe('applications that need each other', () => {
  it('are created in any order, and refused in a circle, which is named', async () => {
    const { create, update } = house();
    expect((await create('web', { ...spec, dependsOn: ['api'] })).ok).toBe(true);
    expect((await create('api', { ...spec, dependsOn: ['db'] })).ok).toBe(true);
    expect((await create('db', spec)).ok).toBe(true);
    expect(await update('db', { ...spec, dependsOn: ['web'] })).toMatchObject({
      ok: false, error: { code: 'INVALID_APPLICATION', issues: [{ code: 'DEPENDENCY_CYCLE', path: ['spec', 'dependsOn'], message: 'These applications would wait for each other: api -> db -> web -> api.' }] },
    });
    expect(await create('alone', { ...spec, dependsOn: ['alone'] })).toMatchObject({ ok: false, error: { issues: [{ code: 'DEPENDENCY_CYCLE' }] } });
    expect((await update('web', spec)).ok).toBe(true);
    expect((await update('db', { ...spec, dependsOn: ['web'] })).ok).toBe(true);
  });
});

describe('applications', () => {
  it('are created with revision 1, placed, audited, and looked at soon', async () => {
    const { create, placement, audited, told } = house();
    const created = await create('web', spec);
    expect(created).toMatchObject({ ok: true, value: { name: 'web', state: 'ACTIVE', version: 1, repository: FLEET, revision: { number: 1, spec: { sync: { automated: true, prune: true, drift: 'HEAL' } } } } });
    expect(placement.calls).toEqual(['selector -']);
    expect(audited).toEqual(['createApplication']);
    expect(told).toEqual([`repository_hint ${FLEET}`, expect.stringMatching(/^application_changed /)]);
  });

  it('say everything that is wrong at once, with paths from the root of the input', async () => {
    const { create, placement } = house();
    expect(await create('Web', { source: { repository: '', ref: 'main', path: '/abs' }, selector: {} })).toMatchObject({
      ok: false,
      error: { code: 'INVALID_APPLICATION', issues: [{ code: 'INVALID_NAME', path: ['name'] }, { path: ['spec', 'source', 'repository'] }, { path: ['spec', 'source', 'path'] }, { code: 'SELECTOR_EMPTY', path: ['spec', 'selector'] }] },
    });
    expect(placement.calls).toEqual([]);
  });

  it('get a revision for each change, and none for the same specification', async () => {
    const { create, update, placement, audited } = house();
    await create('web', spec);
    expect(await update('web', { ...spec, source: { ...spec.source, path: './apps/web/' } })).toMatchObject({ ok: true, value: { version: 1, revision: { number: 1 } } });
    expect(await update('web', { ...spec, namespace: 'web' })).toMatchObject({ ok: true, value: { version: 2, revision: { number: 2, spec: { namespace: 'web' } } } });
    expect(placement.calls).toEqual(['selector -', 'selector -']);
    expect(audited).toEqual(['createApplication', 'updateApplication']);
  });

  it('tell placement of a new sync policy', async () => {
    const { create, update, placement } = house();
    await create('web', spec);
    await update('web', { ...spec, sync: { automated: false } });
    expect(placement.calls).toEqual(['selector -', 'selector -']);
    await update('web', { ...spec, sync: { automated: false, drift: 'REPORT' } });
    expect(placement.calls).toEqual(['selector -', 'selector -', 'selector -', 'policy']);
  });

  it('hand a refusal of the removal guard on, and the confirmation down', async () => {
    const { create, update, placement } = house();
    await create('web', spec);
    placement.refuses = true;
    expect(await update('web', { ...spec, selector: { matchLabels: { a: 'b' } } })).toEqual({ ok: false, error: refusal });
    expect(await update('web', { ...spec, selector: { matchLabels: { a: 'c' } } }, { confirmRemovals: refusal.digest })).toMatchObject({ ok: true });
  });

  it('are deleted once, with the mode that was said first', async () => {
    const { create, remove, update, placement } = house();
    await create('web', spec);
    expect(await remove('web', 'ORPHAN')).toMatchObject({ ok: true, value: { state: 'DELETING', deletionMode: 'ORPHAN' } });
    expect(await remove('web', 'ORPHAN')).toMatchObject({ ok: true });
    expect(await remove('web', 'DELETE')).toEqual({ ok: false, error: { code: 'APPLICATION_DELETING', name: 'web' } });
    expect(await update('web', spec)).toEqual({ ok: false, error: { code: 'APPLICATION_DELETING', name: 'web' } });
    expect(placement.calls.filter((call) => call.startsWith('deletion'))).toEqual(['deletion ORPHAN']);
  });
});
