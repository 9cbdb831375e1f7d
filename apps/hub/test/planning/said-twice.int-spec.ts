import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Result } from '#kernel';
import type { ToldRollout } from '../../src/features/rollout-control/told-rollout.js';
import { value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(30_000);

type Tell = () => Promise<Result<ToldRollout, object>>;

const ADA = '00000000-0000-7000-8000-0000000000ad';

/** One rollout, told the same again and again: the answers say what was so already, and the records hold what has happened. */
describe('what is said twice to a rollout', () => {
  let ground: StagedGround;
  beforeAll(async () => {
    ground = await stagedGround();
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
    await ground.application(twoStages({}, { soak: 3_600_000 }, { before: [{ name: 'go', approval: { approvals: 2 } }] }));
    await ground.release();
  }, 60_000);
  afterAll(() => ground.close());

  const records = async (): Promise<number> => {
    const [row] = await ground.rows<{ n: number }>('SELECT ((SELECT count(*) FROM audit_log) + (SELECT count(*) FROM outbox))::int AS n');
    return row?.n ?? 0;
  };
  const changes = async (tell: Tell): Promise<readonly [boolean, number]> => {
    const before = await records();
    const { hasChanged } = value(await tell());
    return [hasChanged, (await records()) - before];
  };

  it.each<[string, Tell]>([
    ['a pause', () => ground.tell('PAUSE')],
    ['a resumption', () => ground.tell('RESUME')],
    ['an approval', () => ground.approveAs(ADA, 'rest', 'go')],
    ['a target sent ahead', () => ground.deploy('c3')],
    ['a promotion', () => ground.promote()],
  ])('changes nothing and is recorded once: %s', async (_name, tell) => {
    expect(await changes(tell)).toEqual([true, 2]);
    expect(await changes(tell)).toEqual([false, 0]);
  });

  it('changes nothing where nothing has failed, and something where a target has', async () => {
    expect(await changes(() => ground.tell('RETRY'))).toEqual([false, 0]);
    await ground.fails('c1');
    expect(await ground.rollouts()).toMatchObject([{ state: 'HALTED' }]);
    expect(await changes(() => ground.tell('RETRY'))).toEqual([true, 2]);
    expect(await changes(() => ground.tell('RETRY'))).toEqual([false, 0]);
  });

  it('gives no gate more time', async () => {
    await ground.rows(`UPDATE rollout_gates SET state = 'WAITING', since = now() - interval '1 hour'`);
    expect(await changes(() => ground.tell('RESUME'))).toEqual([false, 0]);
    expect(await ground.rows(`SELECT 1 FROM rollout_gates WHERE since > now() - interval '30 minutes'`)).toEqual([]);
  });
});
