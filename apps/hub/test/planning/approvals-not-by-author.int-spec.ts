import { explainRollout, targetId, type CommitPeople } from '#domain';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AuditTrail } from '../../src/platform/audit/index.js';
import { Outbox, systemScope } from '../../src/platform/database/index.js';
import { ApproveGate } from '../../src/features/rollout-control/approve-gate.js';
import { DeployTarget } from '../../src/features/rollout-control/deploy-target.js';
import { PromoteStage } from '../../src/features/rollout-control/promote-stage.js';
import { loadRollout, rolloutHeads } from '../../src/features/rollouts/load-rollout.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

const PRINCIPALS = { ada: '00000000-0000-7000-8000-0000000000a1', bob: '00000000-0000-7000-8000-0000000000a2', eve: '00000000-0000-7000-8000-0000000000a3' } as const;
type Name = keyof typeof PRINCIPALS;
const by = (...names: readonly string[]): CommitPeople => ({ isComplete: true, people: names.map((name) => ({ email: `${name}@example.com`, commit: 'c'.repeat(40) })) });
const QA = { before: [{ name: 'qa', approval: {} }] };

describe('approvals where authors may not approve', () => {
  let ground: StagedGround;
  beforeEach(async () => void (ground = await stagedGround()), 60_000);
  afterEach(() => ground.close());

  const rule = (isOn: boolean): Promise<unknown> => ground.rows(`UPDATE projects SET policy = policy || jsonb_build_object('approvals', jsonb_build_object('notByAuthor', $1::boolean))`, [isOn]);
  const wrote = (release: number, people: CommitPeople | undefined): Promise<unknown> => ground.rows('UPDATE releases SET people = $2::jsonb WHERE number = $1', [release, people === undefined ? null : JSON.stringify(people)]);
  const viewer = (name: Name, emails = [`${name.toUpperCase()}@example.com`]) => ({ ...ground.viewer, principalId: PRINCIPALS[name] as typeof ground.viewer.principalId, name, emails });
  const audit = () => new AuditTrail(ground.tx, ground.ids);
  const approve = async (name: Name, emails?: string[]): Promise<string> => {
    const result = await new ApproveGate(ground.tx, audit(), new Outbox(ground.tx, ground.ids)).execute(viewer(name, emails), { rollout: { project: ground.project.id, id: await ground.newest() }, stage: 'rest', gate: 'qa', comment: '' });
    await ground.plan();
    return result.ok ? 'OK' : result.error.code;
  };
  const promote = async (name: Name, emails?: string[]): Promise<string> => {
    const result = await new PromoteStage(ground.tx, audit(), new Outbox(ground.tx, ground.ids)).execute(viewer(name, emails), { rollout: { project: ground.project.id, id: await ground.newest() }, reason: 'now' });
    await ground.plan();
    return result.ok ? 'OK' : result.error.code;
  };
  const deploy = async (name: Name): Promise<string> => {
    const [target] = await ground.rows<{ id: string }>(`SELECT t.id FROM targets t JOIN clusters c ON c.id = t.cluster_id WHERE c.name = 'c2'`);
    const result = await new DeployTarget(ground.tx, audit(), new Outbox(ground.tx, ground.ids)).execute(viewer(name), { target: { project: ground.project.id, id: targetId(target?.id ?? '') }, reason: 'now' });
    return result.ok ? 'OK' : result.error.code;
  };
  const hurdles = (): Promise<readonly string[]> => ground.tx.run(systemScope('test'), async () => {
    const [head] = await rolloutHeads(ground.tx, [await ground.newest()]);
    return head === undefined ? [] : explainRollout((await loadRollout(ground.tx, head)).state, undefined, new Date()).map(({ message }) => message);
  });
  /** Release 1 runs everywhere; of release 2 the canary is well. */
  async function atTheGate(): Promise<void> {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({}, {}, QA));
    await rule(false);
    await ground.release();
    await ground.answers(['c1']);
    expect(await approve('eve')).toBe('OK');
    await ground.answers(['c2']);
    await ground.release();
    await ground.answers(['c1']);
    await rule(true);
  }

  it('refuses an author, who has no known address, and anybody while authors are not known; promotion is no way around', async () => {
    await atTheGate();
    expect(await approve('bob')).toBe('AUTHORS_UNKNOWN');
    await wrote(2, by('ada', 'eve'));
    expect(await approve('ada')).toBe('APPROVER_IS_AUTHOR');
    expect(await approve('eve', ['other@example.com', 'Eve@Example.com'])).toBe('APPROVER_IS_AUTHOR');
    expect(await approve('bob', [])).toBe('APPROVER_EMAIL_UNKNOWN');
    expect(await deploy('ada')).toBe('APPROVER_IS_AUTHOR');
    expect([await promote('ada'), await promote('bob', [])]).toEqual(['APPROVER_IS_AUTHOR', 'APPROVER_EMAIL_UNKNOWN']);
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1 });
    expect(await approve('bob')).toBe('OK');
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2 });
    // Behind the gate nothing is left that authors must keep away from.
    expect(await promote('ada')).toBe('OK');
    expect(await ground.rows('SELECT approver, emails FROM rollout_approvals ORDER BY at DESC LIMIT 1')).toEqual([{ approver: 'bob <BOB@example.com>', emails: ['BOB@example.com'] }]);
  });

  it('counts no approval of somebody who turns out to be an author, says so, and takes another of the same account', async () => {
    await atTheGate();
    await rule(false);
    await ground.rows(`UPDATE rollouts SET state = 'PAUSED' WHERE state = 'RUNNING'`);
    expect(await approve('ada')).toBe('OK');
    await rule(true);
    await wrote(2, by('ada'));
    await ground.rows(`UPDATE rollouts SET state = 'RUNNING' WHERE state = 'PAUSED'`);
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1 });
    expect(await hurdles()).toEqual(['Gate qa before stage rest waits for 1 more approval: approveGate. 1 more does not count: it is by an author of what the rollout brings, or by somebody who may be one.']);
    expect(await approve('ada', ['someone@example.com'])).toBe('OK'); // the account is shared
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2 });
  });

  it('counts who wrote a release that came to nobody, as the next one brings it', async () => {
    await atTheGate();
    await wrote(2, by('ada'));
    await ground.release(); // replaces the rollout before the gate
    await wrote(3, by('eve'));
    await ground.answers(['c1']);
    expect([await approve('ada'), await approve('eve')]).toEqual(['APPROVER_IS_AUTHOR', 'APPROVER_IS_AUTHOR']);
    expect(await approve('bob')).toBe('OK');
    await ground.answers(['c2']);
    await ground.release();
    await wrote(4, by('bob'));
    await ground.answers(['c1']);
    expect(await approve('bob')).toBe('APPROVER_IS_AUTHOR');
    expect(await approve('ada')).toBe('OK'); // what she wrote runs everywhere
  });
});
