import { AuditLog } from '#testing';
import { readFile } from 'node:fs/promises';
import { APPLICATIONS } from '../plan/fleet.js';
import type { KillStage } from '../stage/kill-stage.js';
import type { AgentAnswer, KillEvidence, RefusedOrder, Sighting, TakenOrder } from '../check/kill-evidence.js';

export type FleetWitnesses = Pick<KillEvidence, 'taken' | 'answers' | 'refused' | 'sightings' | 'writes'>;

const NAMESPACES: ReadonlySet<string> = new Set(APPLICATIONS.map(({ name }) => name));

/** What agents and clusters have written down, each for itself. */
export async function readFleet(stage: KillStage): Promise<FleetWitnesses> {
  const taken: TakenOrder[] = [];
  const answers: AgentAnswer[] = [];
  const refused: RefusedOrder[] = [];
  const sightings: Sighting[] = [];
  const writes: Record<string, number> = {};
  for (const { name: cluster } of stage.clusters) {
    for (const line of await readLines(stage.logOf(cluster, 'agent'))) {
      const at = Date.parse(textOf(line, 'time'));
      const target = textOf(line, 'target');
      const generation = Number(line['generation']);
      if (line['msg'] === 'an order was taken') taken.push({ cluster, target, at, generation, release: optionalText(line, 'release') });
      else if (line['msg'] === 'the target changed its state' || line['msg'] === 'the target is not as ordered') answers.push({ cluster, target, at, generation, sync: textOf(line, 'sync'), health: textOf(line, 'health') });
      else if (line['msg'] === 'an order was refused') refused.push({ cluster, target: textOf(line, 'targetId'), at, reason: textOf(line, 'reason') });
    }
    for (const line of await readLines(stage.logOf(cluster, 'objects'))) {
      const application = textOf(line, 'namespace');
      if (!NAMESPACES.has(application)) continue;
      const data = line['data'];
      const value = line['type'] === 'DELETED' ? undefined : String(Reflect.get(Object(data), 'value'));
      sightings.push({ cluster, application, name: textOf(line, 'name'), at: Number(line['at']), value });
    }
    for (const { resource, namespace, name } of new AuditLog(stage.logOf(cluster, 'audit')).writes({ excludeUsers: ['stage-administrator'] })) {
      if (resource !== 'configmaps' || !NAMESPACES.has(namespace)) continue;
      const key = `${cluster} ${namespace}/${name}`;
      writes[key] = (writes[key] ?? 0) + 1;
    }
  }
  return { taken, answers, refused, sightings, writes };
}

type Line = Readonly<Record<string, unknown>>;

async function readLines(path: string): Promise<readonly Line[]> {
  return (await readFile(path, 'utf8')).split('\n').flatMap((text): readonly Line[] => (text === '' ? [] : [JSON.parse(text)]));
}

function textOf(line: Line, field: string): string {
  return optionalText(line, field) ?? '';
}

function optionalText(line: Line, field: string): string | undefined {
  const value = line[field];
  return typeof value === 'string' ? value : undefined;
}
