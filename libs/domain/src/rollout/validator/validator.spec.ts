import { checkValidatorUrl, judgeValidation, MAX_VALIDATOR_MESSAGE, readValidatorAnswer, validatorQuestion, type ValidatorAnswer, type ValidatorFacts } from '#domain';
import { err, ok, type Result } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const read = (body: string, status = 200): Result<ValidatorAnswer, string> => readValidatorAnswer(status, Buffer.from(body));
const answer = (result: ValidatorAnswer['result'], message = '', retryAfterSeconds?: number): Result<ValidatorAnswer, string> => ok({ result, message, retryAfterSeconds });

describe('the answer of a validator', () => {
  it.each<[string, string, Result<ValidatorAnswer, string>]>([
    ['a pass', '{"result":"PASS"}', answer('PASS')],
    ['a failure with its reason', '{"result":"FAIL","message":"change freeze"}', answer('FAIL', 'change freeze')],
    ['a wait that says how long', '{"result":"WAIT","retryAfterSeconds":90,"more":[1]}', answer('WAIT', '', 90)],
    ['a wait of a moment, and of a year', '{"result":"WAIT","retryAfterSeconds":0.001}', answer('WAIT', '', 1)],
    ['a wait of a year', '{"result":"WAIT","retryAfterSeconds":31536000}', answer('WAIT', '', 3_600)],
    ['a wait that makes no sense', '{"result":"WAIT","retryAfterSeconds":"soon"}', answer('WAIT')],
    ['no time with a pass', '{"result":"PASS","retryAfterSeconds":5}', answer('PASS')],
    ['a message on several lines with colours', '{"result":"PASS","message":" a\\n\\u001b[31mb\\u202e "}', answer('PASS', 'a [31mb')],
    ['a message that is no text', '{"result":"PASS","message":{"a":1}}', answer('PASS')],
  ])('is %s', (_name, body, expected) => {
    expect(read(body)).toEqual(expected);
  });

  it.each<[string, string, number, string]>([
    ['a broken server', '{"result":"PASS"}', 500, 'it answered 500'],
    ['a redirect', '{"result":"PASS"}', 302, 'it redirects (302), which is not followed'],
    ['another kind of success', '{"result":"PASS"}', 201, 'it answered 201'],
    ['no content', '', 204, 'it answered 204'],
    ['no JSON', '<html>PASS</html>', 200, 'its answer is no JSON object'],
    ['a text', '"PASS"', 200, 'its answer is no JSON object'],
    ['a list', '[{"result":"PASS"}]', 200, 'its answer is no JSON object'],
    ['small letters', '{"result":"pass"}', 200, 'its answer has no `result` that is PASS, FAIL or WAIT'],
    ['nothing in it', '{}', 200, 'its answer has no `result` that is PASS, FAIL or WAIT'],
    ['a result inherited', '{"__proto__":{"result":"PASS"}}', 200, 'its answer has no `result` that is PASS, FAIL or WAIT'],
  ])('is none: %s', (_name, body, status, expected) => {
    expect(read(body, status)).toEqual(err(expected));
  });

  it('is none where its bytes are no UTF-8', () => {
    expect(readValidatorAnswer(200, Buffer.concat([Buffer.from('{"result":"PASS","message":"'), Buffer.of(0xff), Buffer.from('"}')]))).toEqual(err('its answer is no JSON object'));
  });

  it('passes only where it says PASS, whatever it is', () => {
    fc.assert(fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.json(), fc.string()), (status, body) => {
      const said = read(body, status);
      if (said.ok) expect([said.value.result, status]).toEqual([(JSON.parse(body) as { result: string }).result, 200]);
    }));
  });

  it('has a message of one line, cut to a length', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.nat({ max: 40 }), (part, times) => {
      const message = part.repeat(times);
      const said = read(JSON.stringify({ result: 'PASS', message }));
      const line = said.ok ? said.value.message : '';
      const isPlain = line.length <= MAX_VALIDATOR_MESSAGE && !/[\p{Cc}\u2028\u2029]/u.test(line) && (line.isWellFormed() || !message.isWellFormed());
      expect(isPlain).toBe(true);
    }));
  });
});

describe('what follows from it', () => {
  const at = (unanswered: number) => ({ intervalSeconds: 60, unanswered });
  it.each<[string, Result<ValidatorAnswer, string>, number, ReturnType<typeof judgeValidation>]>([
    ['it passes', answer('PASS', 'fine'), 3, { verdict: 'PASSED', message: 'fine', unanswered: 0, nextInSeconds: undefined }],
    ['it fails', answer('FAIL'), 0, { verdict: 'FAILED', message: '', unanswered: 0, nextInSeconds: undefined }],
    ['it waits for its interval', answer('WAIT'), 3, { verdict: undefined, message: 'it says to wait', unanswered: 0, nextInSeconds: 60 }],
    ['it waits as long as it says', answer('WAIT', 'lunch', 5), 0, { verdict: undefined, message: 'lunch', unanswered: 0, nextInSeconds: 5 }],
    ['no answer', err('it answered 503'), 0, { verdict: undefined, message: 'no answer: it answered 503', unanswered: 1, nextInSeconds: 60 }],
    ['no answer again', err('x'), 1, { verdict: undefined, message: 'no answer: x', unanswered: 2, nextInSeconds: 120 }],
    ['no answer for long', err('x'), 50, { verdict: undefined, message: 'no answer: x', unanswered: 51, nextInSeconds: 300 }],
  ])('%s', (_name, said, unanswered, expected) => {
    expect(judgeValidation(said, at(unanswered))).toEqual(expected);
  });

  it('never asks more seldom than every interval, where that is long', () => {
    expect(judgeValidation(err('x'), { intervalSeconds: 3_600, unanswered: 9 }).nextInSeconds).toBe(3_600);
  });
});

describe('the question', () => {
  const facts: ValidatorFacts = {
    project: 'default', application: 'shop', rollout: { id: 'r', number: 4, cause: 'RELEASE', startedAt: new Date('2026-11-01T12:00:00Z') }, release: { number: 7, commit: 'c0ffee', author: 'Ada', subject: 'faster' },
    stage: 'rest', gate: 'board', side: 'BEFORE', clusters: [{ name: 'eu-1', labels: { region: 'eu' }, state: 'PENDING' }], clusterCount: 1,
    earlierStages: [{ name: 'canary', state: 'CLOSED', targets: { HEALTHY: 1 } }], attempt: 1, deadline: new Date('2026-11-01T12:10:00Z'),
  };

  it('tells the facts', () => {
    expect(JSON.parse(validatorQuestion(facts))).toEqual({
      apiVersion: 'capstan.dev/v1', kind: 'RolloutValidation', project: 'default', application: 'shop', rollout: { id: 'r', number: 4, cause: 'RELEASE', startedAt: '2026-11-01T12:00:00.000Z' },
      release: { number: 7, commit: 'c0ffee', author: 'Ada', subject: 'faster' }, stage: 'rest', gate: 'board', side: 'BEFORE', clusters: [{ name: 'eu-1', labels: { region: 'eu' }, state: 'PENDING' }], clusterCount: 1,
      earlierStages: [{ name: 'canary', state: 'CLOSED', targets: { HEALTHY: 1 } }], attempt: 1, deadline: '2026-11-01T12:10:00.000Z',
    });
  });

  it('stays small, and still counts', () => {
    const labels = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`label-${n}`, 'v'.repeat(63)]));
    const large = validatorQuestion({ ...facts, clusterCount: 5_000, clusters: Array.from({ length: 100 }, (_, n) => ({ name: `c${n}`, labels, state: 'PENDING' })) });
    const { clusters, clusterCount } = JSON.parse(large) as { readonly clusters: readonly unknown[]; readonly clusterCount: number };
    expect([large.length < 64 * 1_024, clusters.length > 1, clusters.length < 100, clusterCount]).toEqual([true, true, true, 5_000]);
  });
});

describe('the address of a validator', () => {
  it.each([['https://board.example.com/capstan', 'https://board.example.com/capstan'], ['http://board.internal:8080', 'http://board.internal:8080/'], ['https://board.example.com/v?team=a', 'https://board.example.com/v?team=a']])('may be %s', (url, stored) => {
    expect(checkValidatorUrl(url)).toEqual(ok(stored));
  });

  it.each(['', 'board.example.com', 'ftp://board.example.com', 'file:///etc/passwd', 'javascript:alert(1)', 'https://user:secret@board.example.com', 'https://token@board.example.com', 'https://b.example.com/#x', `https://b.example.com/${'x'.repeat(1_000)}`])('may not be %s', (url) => {
    const checked = checkValidatorUrl(url);
    expect(checked.ok ? '' : checked.error).not.toMatch(/^$|secret|token@/);
  });
});
