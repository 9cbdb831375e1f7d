import { sayFailedGate, type CheckedGateSpec, type GateCheck, type GateRow } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aRollout, aStage, aTarget, anApproval, idOf, WELL } from './testing/rollout-rows.js';

const METRIC: CheckedGateSpec = { kind: 'METRIC', name: 'errors', query: 'x', max: 1, intervalSeconds: 10, count: 1, failureLimit: 0, deadlineSeconds: 60 };
const says = (name: string, verdict: GateCheck['verdict'], message = ''): GateCheck => ({ subject: idOf(name), verdict, message });
const failed = (...checks: readonly GateCheck[]): GateRow => ({ spec: METRIC, side: 'AFTER', state: 'FAILED', approvals: 0, checks });

describe('sayFailedGate', () => {
  it.each<[string, readonly GateRow[], string | undefined]>([
    ['none has', [anApproval('AFTER', { state: 'WAITING' }), { ...failed(), state: 'PASSED' }], undefined],
    ['what was measured', [anApproval('BEFORE'), failed(says('a', 'PASSED', 'well'), says('b', 'FAILED', '2 in cluster b: more than 1'))], 'gate errors of stage all failed: 2 in cluster b: more than 1'],
    ['its deadline, and what was said last', [failed(says('a', 'PASSED', 'well'), says('b', undefined, 'In cluster b: no data'))], 'gate errors of stage all was not passed by its deadline: In cluster b: no data'],
    ['its deadline, with nothing said', [failed()], 'gate errors of stage all was not passed by its deadline'],
    ['nothing of who does not count', [failed(says('gone', 'FAILED', 'bad'))], 'gate errors of stage all was not passed by its deadline'],
    ['no book', [failed(says('b', 'FAILED', 'x'.repeat(1_000)))], `gate errors of stage all failed: ${'x'.repeat(367)}`],
  ])('%s', (_name, gates, expected) => {
    const targets = ['a', 'b'].map((name) => aTarget(name, 'HEALTHY', { observed: WELL }));
    expect(sayFailedGate(aRollout(targets), aStage({ gates }))).toBe(expected);
  });
});
