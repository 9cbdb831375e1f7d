import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '#kernel';
import { seededRandom, until } from '#testing';
import type { Ask, RawAnswer } from '../../contract/kubernetes/raw-request.js';
import { at, comparableAnswer, record } from './comparable-answer.js';
import { GROUP, randomWrites, type RandomWrite } from './random-writes.js';
import { widgetDefinition } from './widget-definition.js';

/** Real Kubernetes first, then what is to be like it. */
export type Both = readonly [Ask, Ask];

export interface Difference {
  readonly seed: number;
  /** As few writes as show it: the last one is answered differently. */
  readonly writes: readonly RandomWrite[];
  readonly real: JsonObject;
  readonly sandbox: JsonObject;
}

const WRITES = 14;
const PLACE = 'likeness-place';
let runs = 0;

/** Serves the kind `Widget` on both. */
export async function defineWidgets(both: Both): Promise<void> {
  for (const ask of both) {
    await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: widgetDefinition() });
    await until('widgets are served', 60_000, async () => ((await ask('GET', `/apis/${GROUP}/v1/widgets`)).status === 200 ? true : undefined));
  }
}

/** Runs the writes of a seed on both. @returns the first difference, in as few writes as show it, or undefined; and where it ran */
export async function compareRun(both: Both, seed: number): Promise<{ readonly namespace: string; readonly difference: Difference | undefined }> {
  const all = randomWrites(seededRandom(seed), PLACE, WRITES);
  const first = await runOnBoth(both, all);
  if (first.found === undefined) return { namespace: first.namespace, difference: undefined };
  let writes = all.slice(0, first.found.count);
  let found = first.found;
  for (let index = writes.length - 2; index >= 0; index -= 1) {
    const fewer = writes.toSpliced(index, 1);
    const again = (await runOnBoth(both, fewer)).found;
    if (again?.count === fewer.length) [writes, found] = [fewer, again];
  }
  return { namespace: first.namespace, difference: { seed, writes, real: found.real, sandbox: found.sandbox } };
}

interface Found {
  readonly count: number;
  readonly real: JsonObject;
  readonly sandbox: JsonObject;
}

async function runOnBoth(both: Both, writes: readonly RandomWrite[]): Promise<{ readonly namespace: string; readonly found: Found | undefined }> {
  runs += 1;
  const namespace = `likeness-${process.pid}-${runs}`;
  for (const ask of both) await ask('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } });
  const [real, sandbox] = both;
  for (const [index, write] of writes.entries()) {
    const path = write.path.replace(PLACE, namespace);
    const [expected, actual] = (await Promise.all([real(write.method, path, write), sandbox(write.method, path, write)])).map(comparableAnswer);
    if (expected === undefined || actual === undefined) throw new Error('no answer');
    if (!isDeepStrictEqual(expected, actual)) return { namespace, found: { count: index + 1, real: expected, sandbox: actual } };
    if (write.method === 'DELETE') for (const ask of both) await collected(ask, path);
  }
  return { namespace, found: undefined };
}

/** The garbage collector takes its finalizers off a moment after the deletion, each server in its own time. */
async function collected(ask: Ask, path: string): Promise<void> {
  const [object = ''] = path.split('?');
  await until(`${object} is collected`, 60_000, async () => {
    const finalizers = at((await ask('GET', object)).json, 'metadata', 'finalizers');
    return Array.isArray(finalizers) && finalizers.some((finalizer) => finalizer === 'foregroundDeletion' || finalizer === 'orphan') ? undefined : true;
  });
}

export const WATCHED = ['/api/v1/configmaps', '/api/v1/services', '/apis/batch/v1/cronjobs', '/api/v1/serviceaccounts', `/apis/${GROUP}/v1/widgets`] as const;

/** What a watch of a resource tells about the objects of the runs, by namespace: `ADDED one`, `DELETED two`. */
export async function eventsSince(ask: Ask, path: string, resourceVersion: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const answer = await ask('GET', `${path}?watch=true&timeoutSeconds=2&resourceVersion=${resourceVersion}`);
  if (answer.status !== 200) throw new Error(`${path}: HTTP ${answer.status}`);
  const events = linesOf(answer).map((event) => ({ type: String(event['type']), name: String(at(event, 'object', 'metadata', 'name')), namespace: String(at(event, 'object', 'metadata', 'namespace')) }));
  const wrong = events.find((event) => event.type === 'ERROR');
  if (wrong !== undefined) throw new Error(`${path}: the watch from ${resourceVersion} failed`);
  const ours = events.filter((event) => event.name === 'one' || event.name === 'two');
  return Object.fromEntries(Object.entries(Object.groupBy(ours, (event) => event.namespace)).map(([namespace, seen = []]) => [namespace, seen.map(({ type, name }) => `${type} ${name}`)]));
}

function linesOf(answer: RawAnswer): readonly JsonObject[] {
  return answer.text.split('\n').filter((line) => line.trim() !== '').map((line) => record(JSON.parse(line)));
}
