import { isUuid, ok, type Json, type Result } from '#kernel';
import { fieldOf, isJsonList, targetId, textOf } from '#domain';
import type { StateFailure, TestRecord, TestRecordStore } from '../reconcile/agent.ports.js';
import type { StateSecrets } from './state-secrets.js';

const RECORD = 'record';

/** What runs of tests may have left behind: one Secret per run, written before its first object is created. */
export class TestSecrets implements TestRecordStore {
  constructor(private readonly secrets: StateSecrets) {}

  async loadAll(signal: AbortSignal): Promise<Result<readonly TestRecord[], StateFailure>> {
    const listed = await this.secrets.list('tests', signal);
    return listed.ok ? ok(listed.value.flatMap(({ data }) => readRecord(data.get(RECORD)))) : listed;
  }

  async put(record: TestRecord, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const data = { [RECORD]: Buffer.from(JSON.stringify(record)) };
    const written = await this.secrets.put({ name: nameOf(record.run), kind: 'tests', data }, undefined, signal);
    return written.ok ? ok(undefined) : written;
  }

  async drop(run: string, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const there = await this.secrets.get(nameOf(run), signal);
    if (!there.ok) return there;
    if (there.value === undefined) return ok(undefined);
    const removed = await this.secrets.remove(there.value, signal);
    return removed.ok || removed.error.code === 'CHANGED' ? ok(undefined) : { ok: false, error: removed.error };
  }
}

/** One that does not read names nothing that could be looked for. */
function readRecord(bytes: Buffer | undefined): readonly TestRecord[] {
  const value = parse(bytes?.toString('utf8') ?? '');
  const [target, run, owner, objects] = [textOf(value, 'target'), textOf(value, 'run'), textOf(value, 'owner'), fieldOf(value, 'objects')];
  if (target === undefined || !isUuid(target) || run === undefined || !isUuid(run) || owner === undefined || !isJsonList(objects)) return [];
  return [{ target: targetId(target), run, owner, objects: objects.flatMap(readAddress) }];
}

function readAddress(object: Json): TestRecord['objects'] {
  const [apiVersion, group, kind, namespace, name] = [textOf(object, 'apiVersion'), ...['group', 'kind', 'namespace', 'name'].map((member) => textOf(object, 'ref', member))];
  if (apiVersion === undefined || group === undefined || kind === undefined || namespace === undefined || name === undefined) return [];
  return [{ apiVersion, ref: { group, kind, namespace, name } }];
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function nameOf(run: string): string {
  return `capstan-tests-${run}`;
}
