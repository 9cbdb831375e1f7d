import type { BenchStage } from './bench-stage.js';
import { filesOf } from './many-objects.js';
import { runs, TargetEvents, type Heard } from './target-events.js';

const DEADLINE_MS = 180_000;

export interface BenchApplication {
  readonly name: string;
  readonly path: string;
  readonly events: TargetEvents;
  readonly first: string;
}

/** An application of `objects` objects on every cluster, in a namespace of its own; running, healthy and reported on each when this answers. */
export async function startApplication(stage: BenchStage, name: string, objects: number, clusters: number): Promise<BenchApplication> {
  const path = `apps/${name}`;
  const first = await stage.repository.commit(filesOf(path, 0, objects, 1), `${name}: first`);
  await stage.tellOfPush();
  const events = await TargetEvents.open(stage.hub.api, name);
  const running = new Set<string>();
  const settled = events.next(`${name} runs everywhere`, DEADLINE_MS, (event) => {
    if (runs(first)(event)) running.add(event.cluster.name);
    return running.size === clusters;
  });
  const spec = { source: { repository: 'fleet', ref: 'main', path }, selector: { all: true }, strategy: { kind: 'ALL_AT_ONCE' }, namespace: name };
  await Promise.all([settled, stage.hub.api.mutate('createApplication', { project: 'default', name, spec })]);
  return { name, path, events, first };
}

/** Until the one target of the application runs this commit, healthy and reported. Call it before the hub is told. */
export function whenRuns({ name, events }: BenchApplication, commit: string): Promise<Heard> {
  return events.next(`${name} runs ${commit.slice(0, 8)}`, DEADLINE_MS, runs(commit));
}
