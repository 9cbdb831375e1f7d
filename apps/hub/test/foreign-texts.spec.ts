import { emailOf, printablePath, readValidatorAnswer } from '#domain';
import { redact } from '#git';
import {
  decodeAgentVersion, decodeDescribedObject, decodeFacts, decodeGateJobRun, decodeLogPart, decodeMeasurement, decodeReport, decodeRequestFailure, decodeResourceTree, decodeTestRun,
} from '#wire';
import { describe, expect, it } from '@jest/globals';
import { parseCommitObject } from '../../../libs/git/src/parse-commit-object.js';
import { readPushReport } from '../../../libs/git/src/write/push-protocol.js';
import { problemOf } from '../src/features/releases/problem-of.js';

const UUID = '018f4a6e-0000-7000-8000-000000000001';
const ID = 'a'.repeat(40);
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const packet = (text: string): Buffer => bytes(`${(bytes(text).length + 4).toString(16).padStart(4, '0')}${text}`);
const ref = (text: string) => ({ group: text, kind: `K${text}`, namespace: text, name: `n${text}` });
const commit = (text: string): unknown =>
  parseCommitObject(ID, bytes(`tree ${ID}\nauthor ${text} <${text}> -99999999999 +0000\ncommitter ${text} <${text}> 9999999999999 +0000\n\n${text}\n\nCo-authored-by: ${text} <${text}>\n`));
const report = (text: string): unknown =>
  decodeReport({
    targetId: UUID, epoch: 1n, generation: 1n, releaseId: '', commit: text, renderDigest: '', sync: 3, reason: 'SYNCED', message: text, health: 1, healthMessage: text, objectCount: 1, healedCount: 0, pendingRemoval: undefined, kept: undefined, observedAt: new Date('2026-01-01'),
    unhealthy: [{ ref: ref(text), health: 1, message: text }],
    drifted: [{ ref: ref(text), deleted: false, managers: [text], fields: [text], healedAt: undefined, changes: [{ path: text, manager: text, expected: text, live: text, masked: false, truncated: false }] }],
  });

/** Everything through which words of others come into the database, the logs and the API, and the longest text that is kept of them. */
const ENTRIES: readonly (readonly [from: string, longest: number, read: (text: string) => unknown])[] = [
  ['the version of an agent', 64, decodeAgentVersion],
  ['facts', 256, (text) => decodeFacts({ kubernetesVersion: text, provider: text, region: text, nodes: 1, custom: { a: text, [text]: text } })],
  ['a report', 2_000, report],
  ['why an agent does not answer', 500, (text) => decodeRequestFailure({ code: text, message: text })],
  ['what Prometheus warns of', 200, (text) => decodeMeasurement({ value: 1, warnings: [text] })],
  ['what became of a Job', 2_000, (text) => decodeGateJobRun({ state: 'FAILED', message: text })],
  ['what became of tests', 65_536, (text) => decodeTestRun({ runId: UUID, state: 'FAILED', message: text, tests: [{ ref: ref(text), state: 'FAILED', message: text, log: text }] })],
  ['an object with its events', 8 * 1024 * 1024, (text) => decodeDescribedObject({ objectJson: text, health: 1, healthMessage: text, events: [{ type: text, reason: text, message: text, count: 1, lastSeen: text }] })],
  ['a tree of objects', 2_000, (text) => decodeResourceTree({ nodes: [{ id: text, parentId: text, ref: ref(text), uid: text, health: 1, healthMessage: text, createdAt: text, status: text, pod: { ready: 1, total: 1, restarts: 1, containers: [text] } }], truncated: false, unread: [{ group: text, kind: text, namespace: text, reason: text }] })],
  ['a part of a log', 32_768, (text) => decodeLogPart({ text, last: false, end: '' })],
  ['a commit', 320, (text) => commit(text.slice(0, 900))], // a longer line is none of a person
  ['an address of a commit, as it is compared', 320, emailOf],
  ['what a Git server or a registry says', 400, (text) => redact(text, undefined)],
  ['what a Git server says of a push that it refuses', 20_000, (text) => readPushReport(Buffer.concat([packet('unpack ok\n'), packet(`ng refs/heads/main ${text.slice(0, 30_000)}`)]), 'refs/heads/main')],
  ['what a Git server says of a push', 20_000, (text) => readPushReport(Buffer.concat([packet(`\u0002${text.slice(0, 30_000)}`), packet(`\u0001${packet('unpack ok\n').toString()}${packet('ok refs/heads/main\n').toString()}0000`)]), 'refs/heads/main')],
  ['a validator', 500, (text) => readValidatorAnswer(200, bytes(JSON.stringify({ result: 'FAIL', message: text })))],
  ['a name in a tree', 300, printablePath],
  ['a path that a commit refers to', 1_100, (text) => problemOf({ code: 'PATH_REFUSED', path: text, reason: text })],
];
const HOSTILE: readonly (readonly [string, string])[] = [
  ['NUL', 'a\0b'], ['half a pair', 'a\ud800b\udc00'], ['pairs where it is cut', `a${'🚀'.repeat(20_000)}`], ['pairs where it is cut, one further', '🚀'.repeat(20_000)], ['a book', 'x'.repeat(60_000)], ['colours and commands of terminals', '\u001b]0;t\u0007\u009b2J'],
];

describe('words of others', () => {
  it.each(ENTRIES)('%s: are bounded, and can be written into any column', (_from, longest, read) => {
    for (const [what, text] of HOSTILE) {
      const texts = textsOf(read(text));
      const unfit = texts.filter((one) => one.includes('\0') || !one.isWellFormed() || one.length > longest).map((one) => one.slice(0, 50));
      expect({ what, isRead: texts.length > 0, unfit }).toEqual({ what, isRead: true, unfit: [] });
    }
  });

  it('name a time that a database holds', () => {
    expect(commit('a')).toMatchObject({ committedAt: new Date('9999-12-31T23:59:59.000Z') });
    const early = parseCommitObject(ID, bytes(`tree ${ID}\nauthor a <a> 0 +0000\ncommitter a <a> -999999999999 +0000\n\nx\n`));
    expect(early?.committedAt).toEqual(new Date(0));
  });
});

/** Every text in what was read, names of members too. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsOf(member)]);
}
