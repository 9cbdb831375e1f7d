import { describe, expect, it } from '@jest/globals';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { UserRefusal } from '../hub/user-refusal.js';
import { nearNames, notFoundNear, withNearNames } from './near-names.js';

const SHOP = { project: 'default', application: 'shop', cluster: 'prod-eu' };
const KNOWN: Readonly<Record<string, readonly string[]>> = { applications: ['shop', 'queue'], clusters: ['dev', 'prod-eu', 'prod-us'], projects: ['default', 'payments'] };

/** A hub that lists what it knows, one name a page; or refuses to list anything. */
function asking(refuses = false): Parameters<typeof nearNames>[0] {
  const query = async <T>(document: string, { after }: Readonly<Record<string, unknown>>): Promise<T> => {
    if (refuses) throw new CliError(EXIT.DENIED, 'you may not');
    const field = Object.keys(KNOWN).find((name) => document.includes(`${name}(`)) ?? '';
    const names = KNOWN[field] ?? [];
    const at = Number(after ?? 0);
    const answer: unknown = { [field]: { edges: [{ node: { name: names[at] } }], pageInfo: { hasNextPage: at + 1 < names.length, endCursor: String(at + 1) } } };
    return Promise.resolve(answer as T);
  };
  return { hub: { query }, signal: new AbortController().signal };
}
const refusal = (code: string, hint: string | null): UserRefusal => new UserRefusal([{ code, field: [], message: 'Not there.', hint }]);

describe('nearNames', () => {
  it.each<[string, object, string]>([
    ['all that exist', {}, ''],
    ['a cluster that is none', { cluster: 'prd-eu' }, 'There is no cluster prd-eu; did you mean prod-eu?'],
    ['an application and a cluster', { application: 'shp', cluster: 'zebra' }, 'There is no application shp; did you mean shop? There is no cluster zebra.'],
    ['a project, before what could be in it', { project: 'paymens', application: 'shp' }, 'There is no project paymens; did you mean payments?'],
  ])('of %s', async (_name, typed, said) => expect(await nearNames(asking(), { ...SHOP, ...typed })).toBe(said));

  it('never stands in the way of the error that is told', async () => {
    expect(await nearNames(asking(true), { ...SHOP, cluster: 'prd-eu' })).toBe('');
    expect(await notFoundNear(asking(true), 'target shop@prd-eu', SHOP, 'capstan get targets')).toMatchObject({ exitCode: EXIT.NOT_FOUND, message: 'target shop@prd-eu not found', next: 'capstan get targets' });
  });

  it('comes before what is said anyway', async () => {
    expect(await notFoundNear(asking(), 'application payy', { project: 'default', application: 'shopp' }, 'A moment is in UTC.')).toMatchObject({ next: 'Did you mean shop? A moment is in UTC.' });
  });
});

describe('withNearNames', () => {
  it('adds what was meant to what the hub says, and keeps its exit code', async () => {
    await expect(withNearNames(asking(), { ...SHOP, cluster: 'prod-ue' }, Promise.reject(refusal('TARGET_NOT_FOUND', 'See: capstan get targets')))).rejects.toMatchObject({
      exitCode: EXIT.NOT_FOUND, message: 'Not there.', why: 'TARGET_NOT_FOUND', next: 'There is no cluster prod-ue; did you mean prod-eu? See: capstan get targets',
    });
  });

  it.each<[string, UserRefusal]>([
    ['other refusals', refusal('ROLLOUT_OVER', null)], ['where the hub has said it', refusal('TARGET_NOT_FOUND', 'Did you mean prod-eu?')],
  ])('leaves alone %s', async (_name, error) => await expect(withNearNames(asking(), { ...SHOP, cluster: 'prd-eu' }, Promise.reject(error))).rejects.toBe(error));

  it('fills the names into the commands that the hub tells', async () => {
    const hint = 'See capstan rollout show APP, capstan get git-writes -a APP, capstan explain APP@CLUSTER.';
    await expect(withNearNames(asking(), SHOP, Promise.reject(refusal('GATE_NOT_FOUND', hint)))).rejects.toMatchObject({ next: 'See capstan rollout show shop, capstan get git-writes -a shop, capstan explain shop@prod-eu.' });
    await expect(withNearNames(asking(), { project: 'default', application: 'shop' }, Promise.reject(refusal('NOTHING_HELD', hint)))).rejects.toMatchObject({ next: expect.stringContaining('explain APP@CLUSTER') });
  });

  it('fills them in as they can be pasted, with the project', async () => {
    const hint = 'See capstan rollout show APP, or capstan explain APP@CLUSTER.';
    await expect(withNearNames(asking(), { ...SHOP, project: 'pay', application: "s'p" }, Promise.reject(refusal('GATE_NOT_FOUND', hint)))).rejects.toMatchObject({
      next: String.raw`See capstan rollout show 's'\''p' -p pay, or capstan explain 's'\''p@prod-eu' -p pay.`,
    });
  });

  it('passes on what was done', async () => expect(await withNearNames(asking(), SHOP, Promise.resolve(7))).toBe(7));
});
