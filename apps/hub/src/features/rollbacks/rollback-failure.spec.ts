import { describe, expect, it } from '@jest/globals';
import { toRollbackError, type RollbackFailure } from './rollback-failure.js';

const SHOP = { application: 'shop', project: null };
const noCluster = (name: string, known: readonly string[]): RollbackFailure => ({ code: 'NOTHING_MATCHES', misnamed: { what: 'cluster', name, known } });

describe('toRollbackError', () => {
  it.each<RollbackFailure>([
    { code: 'NOT_FOUND' }, { code: 'REASON_MISSING' }, { code: 'NOTHING_MATCHES', misnamed: undefined }, noCluster('x', []), { code: 'TOO_MANY_TARGETS', most: 7 }, { code: 'NOTHING_HELD', misnamed: undefined },
    { code: 'NOTHING_TO_ROLL_BACK_TO', targets: ['shop@eu-1'] }, { code: 'RELEASE_NEVER_RAN', release: 4, targets: ['shop@eu-1'], total: 1 },
  ])('tells the way on: $code', (failure) => expect(toRollbackError(failure, SHOP)).toMatchObject({ message: expect.stringMatching(/\S/), hint: expect.stringMatching(/\w{3}/) }));

  it('says whether it is the application or the project that is not there', () => {
    expect(toRollbackError({ code: 'NOT_FOUND' }, SHOP)).toMatchObject({ code: 'APPLICATION_NOT_FOUND', field: ['application'], message: 'There is no application "shop" in project "default".' });
    expect(toRollbackError({ code: 'NOT_FOUND' }, { application: null, project: 'pay' })).toMatchObject({ code: 'PROJECT_NOT_FOUND', field: ['project'], message: 'There is no project "pay".' });
  });

  it('names the cluster or stage that was meant', () => {
    expect(toRollbackError(noCluster('prd-eu', ['dev', 'prod-eu', 'prod-us']), SHOP)).toMatchObject({
      code: 'TARGET_NOT_FOUND', field: ['cluster'], message: 'shop has no target on a cluster prd-eu.', hint: 'Did you mean prod-eu? There are targets on dev, prod-eu, prod-us.',
    });
    expect(toRollbackError({ code: 'NOTHING_MATCHES', misnamed: { what: 'stage', name: 'canry', known: ['canary', 'rest'] } }, SHOP)).toMatchObject({
      code: 'TARGET_NOT_FOUND', field: ['stage'], message: 'The newest rollout of shop has no stage canry.', hint: 'Did you mean canary? It has canary, rest.',
    });
    expect(toRollbackError({ code: 'NOTHING_HELD', misnamed: { what: 'cluster', name: 'prod-ue', known: ['prod-eu'] } }, { application: null })).toMatchObject({
      code: 'NOTHING_HELD', message: 'The project has no target on a cluster prod-ue.', hint: 'Did you mean prod-eu? There are targets on prod-eu.',
    });
  });
});
