import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { anInput, planningGround, value, type PlanningGround } from './planning-ground.js';

jest.setTimeout(120_000);

const V1 = { 'apps/web/cm.yaml': 'a: 1' };
const V2 = { 'apps/web/cm.yaml': 'a: 2' };
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

describe('evaluation of what a ref holds', () => {
  let ground: PlanningGround;
  beforeEach(async () => void (ground = await planningGround()), 60_000);
  afterEach(() => ground.close());

  const application = async (): Promise<object> => (await ground.rows('SELECT reason, message, evaluated_commit FROM applications'))[0] ?? {};
  const wanted = async (commit: string): Promise<number> => (await ground.sources.needingEvaluation(ground.repository, [{ ref: 'main', commit }])).length;

  it('is wanted for new commits and new revisions only', async () => {
    expect(await ground.sources.refsOf(ground.repository)).toEqual([]);
    value(await ground.create('web'));
    expect(await ground.sources.refsOf(ground.repository)).toEqual(['main']);
    expect(await wanted(A)).toBe(1);
    await ground.push(V1, { commit: A });
    expect(await wanted(A)).toBe(0);
    expect(await wanted(B)).toBe(1);
    value(await ground.update('web', anInput({ namespace: 'web' })));
    expect(await wanted(A)).toBe(1);
    expect(await ground.push(V1, { commit: A })).toMatchObject({ released: [expect.any(String)] });
    expect(await wanted(A)).toBe(0);
  });

  it('shows a path that is not there, and heals with the commit that brings it', async () => {
    value(await ground.create('web', anInput({ source: { repository: 'fleet', ref: 'main', path: 'apps/none' } })));
    expect(await ground.push(V1, { commit: A })).toEqual({ released: [], unchanged: 0, held: 1 });
    expect(await application()).toEqual({ reason: 'PATH_NOT_FOUND', message: 'apps/none does not exist in this commit.', evaluated_commit: A });
    expect(await wanted(A)).toBe(0);
    expect(await ground.push({ 'apps/none/cm.yaml': 'a: 1' }, { commit: B })).toMatchObject({ released: [expect.any(String)] });
    expect(await application()).toEqual({ reason: null, message: null, evaluated_commit: B });
  });

  it('shows a failure of the source, keeps what was released, and clears it with the next look', async () => {
    value(await ground.create('web'));
    await ground.push(V1, { commit: A });
    await ground.evaluation.sourceFailed({ project: ground.project.id, repository: ground.repository, ref: undefined, reason: 'REPOSITORY_UNREACHABLE', message: 'no answer' });
    expect(await application()).toEqual({ reason: 'REPOSITORY_UNREACHABLE', message: 'no answer', evaluated_commit: A });
    expect(await wanted(A)).toBe(1);
    expect(await ground.push(V1, { commit: A })).toMatchObject({ unchanged: 1 });
    expect(await application()).toEqual({ reason: null, message: null, evaluated_commit: A });
  });

  it('holds every application of a ref that left its history, those that come later too, and lets go when it is evaluated again', async () => {
    value(await ground.create('web'));
    await ground.push(V1, { commit: A });
    const rewritten = { project: ground.project.id, repository: ground.repository, ref: 'main', commit: B, reason: 'HISTORY_REWRITTEN', message: 'it moved' } as const;
    expect(await ground.evaluation.historyRewritten(rewritten)).toBe(1);
    expect(await ground.evaluation.historyRewritten(rewritten)).toBe(0);
    expect(await application()).toEqual({ reason: 'HISTORY_REWRITTEN', message: 'it moved', evaluated_commit: A });
    value(await ground.create('late'));
    expect(await ground.evaluation.historyRewritten(rewritten)).toBe(1);
    expect(await ground.rows(`SELECT count(*)::int AS held FROM outbox WHERE kind = 'application.held'`)).toEqual([{ held: 2 }]);
    expect(await ground.push(V1, { commit: A })).toMatchObject({ unchanged: 1, released: [expect.any(String)] });
    expect(await ground.rows('SELECT DISTINCT reason, held_commit FROM applications')).toEqual([{ reason: null, held_commit: null }]);
  });

  it('takes a new ref for another history', async () => {
    value(await ground.create('web'));
    await ground.push(V1, { commit: A });
    value(await ground.update('web', anInput({ source: { repository: 'fleet', ref: 'next', path: 'apps/web' } })));
    expect(await ground.push(V2, { commit: B, ref: 'next' })).toMatchObject({ released: [expect.any(String)] });
  });

  it('releases nothing of a watcher that stood still while another went on', async () => {
    value(await ground.create('web'));
    await ground.push(V1, { commit: A });
    const newer = 'c'.repeat(40);
    let isOvertaken = false;
    // The slow one has judged B; before it can write, the other has seen what came after.
    const slow = ground.push(V2, {
      commit: B,
      whileJudged: async () => {
        if (isOvertaken) return;
        isOvertaken = true;
        await ground.push({ 'apps/web/cm.yaml': 'v: 3' }, { commit: newer });
      },
    });
    expect(await slow).toMatchObject({ released: [] });
    expect(await application()).toMatchObject({ evaluated_commit: newer });
    expect(await ground.rows('SELECT commit FROM releases ORDER BY number')).toEqual([{ commit: A }, { commit: newer }]);
  });

  it('of an application that fails in an unforeseen way holds up no other, and is told', async () => {
    for (const name of ['a-broken', 'web']) value(await ground.create(name));
    await ground.rows(`UPDATE application_revisions SET spec = jsonb_set(spec, '{strategy,kind}', '"NOBODY_KNOWS"') WHERE application_id = (SELECT id FROM applications WHERE name = 'a-broken')`);
    await expect(ground.push(V1, { commit: A })).rejects.toThrow();
    expect(await ground.rows('SELECT a.name FROM releases r JOIN applications a ON a.id = r.application_id')).toEqual([{ name: 'web' }]);
  });

  it('makes one release of one commit, however often and by how many it is asked', async () => {
    await ground.joined('c1', { env: 'prod' });
    value(await ground.create('web'));
    await Promise.all([ground.push(V1), ground.push(V1), ground.push(V1)]);
    expect(await ground.rows('SELECT (SELECT count(*)::int FROM releases) AS releases, (SELECT count(*)::int FROM rollouts) AS rollouts')).toEqual([{ releases: 1, rollouts: 1 }]);
  });
});
