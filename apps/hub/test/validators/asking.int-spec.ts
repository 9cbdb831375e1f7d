import { noFailpoints, type Failpoints, type Log } from '#kernel';
import type { GateInput } from '#domain';
import { systemClock, systemRandom, systemTimers } from '#runtime';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { AuditTrail } from '../../src/platform/audit/index.js';
import { Outbox } from '../../src/platform/database/index.js';
import { Envelope, MasterKeys } from '../../src/platform/secrets/index.js';
import { HurdleReadModel } from '../../src/features/rollouts/index.js';
import { AskValidators } from '../../src/features/validators/asking/ask-validators.js';
import { QuestionStore } from '../../src/features/validators/asking/question.store.js';
import { ValidatorEgress } from '../../src/features/validators/asking/validator-egress.js';
import { ChangeValidator } from '../../src/features/validators/change-validator.js';
import { CreateValidator } from '../../src/features/validators/create-validator.js';
import { ValidatorKeys } from '../../src/features/validators/validator-keys.js';
import { ValidatorStore } from '../../src/features/validators/validator.store.js';
import { value } from '../planning/planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from '../planning/staged-ground.js';
import pg from 'pg';
import { canaryOf } from '../../../../test/canaries/canary.js';
import { CanarySearch } from '../../../../test/canaries/canary-search.js';
import { searchTables } from '../../../../test/canaries/read-tables.js';
import { aBoard, exampleOfTheDocs, type Answering, type Board } from './board.js';

jest.setTimeout(120_000);

const gateOf = (name: string, validator = 'board', rest: Partial<NonNullable<GateInput['validator']>> = {}): GateInput => ({ name, validator: { name: validator, ...rest } });

describe('gates that ask validators', () => {
  let ground: StagedGround;
  let board: Board;
  let keys: ValidatorKeys;
  let key: string;
  let logged: string[];
  beforeEach(async () => {
    [ground, board] = await Promise.all([stagedGround(), aBoard()]);
    const master = randomBytes(32);
    keys = new ValidatorKeys(new Envelope(new MasterKeys({ key: master, id: master.subarray(0, 8) }), systemRandom), systemRandom);
    logged = [];
    key = await created('board', `${board.url}/v1?team=a`);
    await ground.fleet('c1 tier=canary', 'c2');
  }, 60_000);
  afterEach(() => Promise.all([ground.close(), board.close()]));

  const log = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, (...words: readonly unknown[]) => void logged.push(JSON.stringify(words, (_name, word: unknown) => (word instanceof Error ? `${word.message} ${word.stack ?? ''}` : word)))])) as unknown as Log;
  const named = (name = 'board') => ({ project: ground.project, projectName: 'default', name });
  async function created(name: string, url: string): Promise<string> {
    const { tx, ids } = ground;
    return value(await new CreateValidator(tx, new ValidatorStore(tx), keys, new AuditTrail(tx, ids), new Outbox(tx, ids), ids).execute(ground.viewer, { ...named(name), url })).key;
  }
  const changed = (): ChangeValidator => new ChangeValidator(ground.tx, new ValidatorStore(ground.tx), keys, new AuditTrail(ground.tx, ground.ids), new Outbox(ground.tx, ground.ids));
  /** What asks on one replica; passes are asked for by hand. */
  function asker(rest: { readonly failpoints?: Failpoints; readonly hosts?: readonly string[]; readonly deadlineMs?: number } = {}): AskValidators {
    const { tx, ids } = ground;
    const egress = new ValidatorEgress(rest.hosts ?? ['127.0.0.1'], () => Promise.resolve([]), systemTimers, log);
    return new AskValidators({
      store: new QuestionStore(tx, new AuditTrail(tx, ids)), egress, keys, ids, log, clock: systemClock, timers: systemTimers, failpoints: rest.failpoints ?? noFailpoints,
      notifications: { listen: () => () => undefined, onReconnect: () => () => undefined }, ...(rest.deadlineMs === undefined ? {} : { deadlineMs: rest.deadlineMs }),
    });
  }
  async function ask(one = asker()): Promise<void> {
    await one.pass();
    await one.settled();
    await ground.plan();
  }
  /** As if the time of the next question had come. */
  const due = () => ground.rows('UPDATE rollout_gate_checks SET next_at = now()');
  async function hurdles(): Promise<string> {
    const said = await new HurdleReadModel(ground.tx).of(ground.viewer, { id: await ground.newest(), phase: 'RUNNING', waitsFor: undefined });
    return said.map((hurdle) => `${hurdle.kind}: ${hurdle.message}`).join('\n');
  }
  /** A rollout whose canary is well, and that stands before its other stage. */
  async function standing(...before: readonly GateInput[]): Promise<void> {
    await ground.application(twoStages({}, {}, { before: before.length === 0 ? [gateOf('board')] : before }));
    await ground.release();
    await ask();
    expect(board.log).toEqual([]); // nobody is asked before it is time
    await ground.answers(['c1']);
  }

  it('tell it the facts, signed, and go on when it passes', async () => {
    await standing();
    board.answers({ result: 'PASS', message: 'fine by me' });
    await ask();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
    const [asked] = board.log;
    expect(board.log.map(({ path }) => path)).toEqual(['POST /v1?team=a']);
    expect(asked?.body).toMatchObject({
      kind: 'RolloutValidation', project: 'default', application: 'web', rollout: { id: await ground.newest(), number: 1, cause: 'RELEASE' }, release: { number: 1, author: 'Ada', subject: 'change' }, stage: 'rest', gate: 'board',
      side: 'BEFORE', clusters: [{ name: 'c2', labels: { env: 'prod' }, state: 'PENDING' }], clusterCount: 1, earlierStages: [{ name: 'canary', state: 'CLOSED', targets: { HEALTHY: 1 } }], attempt: 1, deadline: expect.any(String),
    });
    const search = new CanarySearch([canaryOf('key of the validator', key, Buffer.from(key.replace('whsec_', ''), 'base64'))]);
    const client = new pg.Client({ connectionString: ground.database.ownerUrl });
    await client.connect();
    expect(await searchTables(client, search).finally(() => client.end())).toContain('validators');
    search.look('log', 'hub', logged.join('\n'));
    search.look('question', 'to the validator', JSON.stringify(asked));
    expect(search.hits).toEqual([]);
    search.look('decoy', 'as its owner got it', key);
    expect(search.hits).toHaveLength(1);
    const isFromCapstan = await exampleOfTheDocs();
    const { headers = {}, text = '' } = asked ?? {};
    const forged = `whsec_${randomBytes(32).toString('base64')}`;
    expect([isFromCapstan(headers, text, key), isFromCapstan(headers, `${text} `, key), isFromCapstan(headers, text, forged), isFromCapstan({}, text, key), isFromCapstan({ ...headers, 'webhook-timestamp': '1' }, text, key)]).toEqual([true, false, false, false, false]);
    await due();
    await ask();
    expect(board.log).toHaveLength(1);
    expect(await ground.rows(`SELECT action FROM audit_log WHERE action = 'rollout.validated'`)).toHaveLength(1);
  });

  it('halt when it fails, and ask anew after a retry', async () => {
    await standing();
    board.answers({ result: 'FAIL', message: 'change freeze' });
    await ask();
    expect(await ground.rollouts()).toMatchObject([{ state: 'HALTED' }]);
    expect(await ground.rows('SELECT verdict, message FROM rollout_gate_checks')).toEqual([{ verdict: 'FAILED', message: 'change freeze' }]);
    await due();
    await ask();
    expect(board.log).toHaveLength(1);
    board.answers({ result: 'PASS' });
    value(await ground.tell('RETRY'));
    await ground.plan();
    await ask();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
    expect(new Set(board.log.map(({ id }) => id)).size).toBe(2);
  });

  it('wait as long as it says, and say what it said', async () => {
    await standing();
    board.answers({ result: 'WAIT', message: 'the board meets at ten', retryAfterSeconds: 600 });
    await ask();
    await ask();
    expect(board.log).toHaveLength(1);
    expect(await hurdles()).toBe('VALIDATOR: Gate board before stage rest waits for validator board: the board meets at ten.');
    expect(await ground.rows(`SELECT round(extract(epoch FROM next_at - answered_at))::int AS seconds FROM rollout_gate_checks`)).toEqual([{ seconds: 600 }]);
    await due();
    await ask();
    expect(board.log.map(({ body }) => body['attempt'])).toEqual([1, 2]);
    expect(new Set(board.log.map(({ id }) => id)).size).toBe(2);
  });

  it('never pass for what is no answer, tell it, and give up at the deadline', async () => {
    await standing(gateOf('board', 'board', { deadline: 3_600_000, interval: 30_000 }));
    const pass = '{"result":"PASS"}';
    const bad: readonly (readonly [Answering, string])[] = [
      [(response) => void response.writeHead(500).end(pass), 'it answered 500'],
      [(response) => void response.writeHead(307, { location: '/v2' }).end(pass), 'it redirects (307), which is not followed'],
      [(response) => void response.end('<html>PASS</html>'), 'its answer is no JSON object'],
      [(response) => void response.end(`${' '.repeat(65_536)}${pass}`), 'its answer is larger than 64 KiB'],
      [(response) => void response.destroy(), 'no connection to its host (ECONNRESET)'],
      [(response) => void response.writeHead(200, { 'content-length': '999' }).write(pass, () => response.destroy()), 'the connection broke in the middle of the answer'],
      [(response) => void response.writeHead(200).write(pass), 'nothing whole came within its time'],
      [() => undefined, 'nothing whole came within its time'],
    ];
    for (const [answering, said] of bad) {
      board.answers(answering);
      await ask(asker({ deadlineMs: 300 }));
      expect(await hurdles()).toBe(`VALIDATOR: Gate board before stage rest waits for validator board: no answer: ${said}.`);
      await due();
    }
    expect(board.log.map(({ path }) => path)).toEqual(bad.map(() => 'POST /v1?team=a'));
    expect(await ground.rows(`SELECT failures, attempt, round(extract(epoch FROM now() - answered_at))::int >= 0 AS is_told FROM rollout_gate_checks`)).toEqual([{ failures: bad.length, attempt: bad.length, is_told: true }]);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0 });
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '1 hour'`);
    await ground.plan();
    expect(await ground.rollouts()).toMatchObject([{ state: 'HALTED' }]);
    expect(logged.join('\n')).not.toContain('team=a');
  });

  it('tell where nobody can be asked: by http, with a key that does not open, of a validator that is none', async () => {
    await standing();
    await ask(asker({ hosts: [] }));
    expect(await hurdles()).toContain('no answer: http is for hosts that CAPSTAN_ALLOW_PRIVATE_VALIDATOR_HOSTS of the hub lists');
    await ground.rows(`UPDATE validators SET key_encrypted = '\\x01'`);
    await due();
    await ask();
    expect(await hurdles()).toContain('no answer: its key cannot be opened: capstan validator rotate-key board');
    value(await changed().remove(ground.viewer, named()));
    await due();
    await ask();
    expect(await hurdles()).toContain('no answer: the project has no validator board: capstan validator create board');
    expect(board.log).toEqual([]);
  });

  it('are asked by one of two replicas', async () => {
    await standing();
    const replicas = [asker(), asker()];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(replicas.map((replica) => replica.pass()));
      await Promise.all(replicas.map((replica) => replica.settled()));
    }
    expect(board.log).toHaveLength(1);
  });

  it('ask again under the same id when the hub was killed before it had written the answer down', async () => {
    await standing();
    board.answers({ result: 'PASS' });
    const dying: Failpoints = {
      hit(name) {
        throw new Error(`killed at ${name}`);
      },
    };
    await ask(asker({ failpoints: dying }));
    await ask();
    expect([board.log.length, await ground.assigned()]).toEqual([1, { c1: 1, c2: 0 }]); // its lease has not run out
    await due();
    await ask();
    expect(board.log.map(({ id, body }) => [id, body['attempt']])).toEqual([[board.log[0]?.id, 1], [board.log[0]?.id, 1]]);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
  });

  it('do not count an answer to a question that was taken back meanwhile', async () => {
    await standing();
    let release: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => board.answers((response) => {
      release = () => void response.end('{"result":"PASS","message":"too late"}');
      resolve();
    }));
    const slow = asker();
    await slow.pass();
    await arrived;
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '1 hour'`);
    await ground.plan();
    expect(await ground.rollouts()).toMatchObject([{ state: 'HALTED' }]);
    value(await ground.tell('RETRY'));
    await ground.plan();
    release();
    await slow.settled();
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 0 });
    board.answers({ result: 'WAIT', message: 'asked anew' });
    await ask();
    expect([board.log.length, await hurdles()]).toEqual([2, expect.stringContaining('asked anew')]);
  });

  it('ask nobody while the rollout is paused, or after the stage was promoted', async () => {
    await standing();
    value(await ground.tell('PAUSE'));
    await ask();
    expect(board.log).toEqual([]);
    value(await ground.tell('RESUME'));
    await ask();
    expect(board.log).toHaveLength(1);
    value(await ground.promote());
    await ground.plan();
    await due();
    await ask();
    expect([board.log.length, await ground.assigned()]).toEqual([1, { c1: 1, c2: 1 }]);
  });

  it('keep a slow one from holding up others', async () => {
    await created('quick', `${board.url}/quick`);
    await standing(...['a', 'b', 'c'].map((name) => gateOf(name)), gateOf('d', 'quick'));
    const held: (() => void)[] = [];
    board.answers((response, { path }) => (path.includes('quick') ? void response.end('{"result":"PASS"}') : void held.push(() => void response.end('{"result":"WAIT"}'))));
    const one = asker();
    while (board.log.length < 3) {
      await one.pass();
      await systemTimers.sleep(20);
    }
    expect(board.log.map(({ path }) => path).toSorted()).toEqual(['POST /quick', 'POST /v1?team=a', 'POST /v1?team=a']);
    while ((await ground.rows(`SELECT 1 FROM rollout_gate_checks WHERE verdict = 'PASSED'`)).length === 0) await systemTimers.sleep(20);
    await one.pass();
    expect([board.log.length, held.length]).toEqual([3, 2]);
    for (const answer of held) answer();
    await one.settled();
  });

  it('sign with both keys for a day after one was made anew, and tell neither to anybody', async () => {
    await standing();
    const { key: fresh } = value(await changed().rotateKey(ground.viewer, named()));
    await ask();
    const isFromCapstan = await exampleOfTheDocs();
    const verified = (): readonly boolean[] => [key, fresh].map((one) => isFromCapstan(board.log.at(-1)?.headers ?? {}, board.log.at(-1)?.text ?? '', one));
    expect(verified()).toEqual([true, true]);
    await ground.rows(`UPDATE validators SET earlier_key_until = now() - interval '1 second'`);
    await due();
    await ask();
    expect(verified()).toEqual([false, true]);
    const tables = JSON.stringify(await Promise.all(['validators', 'rollout_gate_checks', 'audit_log', 'outbox'].map((table) => ground.rows(`SELECT to_jsonb(x)::text FROM ${table} x`))));
    for (const secret of [key, fresh].map((one) => one.slice('whsec_'.length, -4))) expect([tables, logged.join('\n')].filter((text) => text.includes(secret) || text.includes(Buffer.from(secret).toString('hex')))).toEqual([]);
  });
});
