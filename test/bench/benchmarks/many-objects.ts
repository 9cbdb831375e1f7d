import type { Benchmark, BenchResult, Progress } from '../benchmark.js';
import { CpuMeter } from '../measure/cpu-meter.js';
import { MemoryPeak } from '../measure/memory-peak.js';
import { parseTimeMs, wallMs } from '../measure/now.js';
import type { BenchOptions } from '../options.js';
import { joinBenchCluster, REAL_NOTE, SANDBOX_NOTE } from '../setup/bench-cluster.js';
import { withBenchStage, type BenchStage } from '../setup/bench-stage.js';
import { runs, TargetEvents } from '../setup/target-events.js';
import { untilConnected } from '../setup/until-connected.js';

const OBJECTS = 10_000;
const IN_ONE_FILE = 250;
const DEADLINE_MS = 600_000;
const APART_MS = 1_500;

export const manyObjects: Benchmark = {
  name: 'many-objects',
  summary: '10,000 ConfigMaps of one application, applied by one agent, and its memory (goal 12)',
  run: (options, progress) => withBenchStage(options, (stage) => measure(stage, options, progress)),
};

async function measure(stage: BenchStage, { kubernetes, runs: asked, many }: BenchOptions, progress: Progress): Promise<BenchResult> {
  const objects = many ?? OBJECTS;
  const cluster = await joinBenchCluster(stage, { name: 'bench', kubernetes });
  await untilConnected(stage, [cluster]);
  const meter = new CpuMeter({ hub: stage.hub.child.pid, agents: [cluster.agent.pid] });
  const peak = new MemoryPeak(cluster.agent.pid);
  const created: number[] = [];
  const shown: number[] = [];
  const again: number[] = [];
  const peaks: number[] = [];
  const count = asked ?? 1;
  for (let run = 1; run <= count; run += 1) {
    const name = `many-${run}`;
    const events = await TargetEvents.open(stage.hub.api, name);
    const spec = { source: { repository: 'fleet', ref: 'main', path: `apps/${name}` }, selector: { all: true }, namespace: name };
    const first = await stage.repository.commit(filesOf(name, objects, 1), 'all');
    cluster.auditLog.mark();
    peak.start();
    meter.start();
    const from = wallMs();
    const synced = events.next('all are applied', DEADLINE_MS, runs(first));
    await stage.tellOfPush();
    await stage.hub.api.mutate('createApplication', { project: 'default', name, spec });
    shown.push((await synced).atMs - from);
    meter.stop();
    peaks.push(peak.stop());
    created.push(lastWrite(name) - from);
    progress(`run ${run} of ${count}: created after ${created.at(-1)?.toFixed(0)} ms, reported after ${shown.at(-1)?.toFixed(0)} ms, most memory ${peaks.at(-1)?.toFixed(0)} MB`);
    await new Promise((resolve) => setTimeout(resolve, APART_MS));
    const second = await stage.repository.commit({ ...filesOf(name, 1, 2) }, 'one');
    const one = events.next('one is changed', DEADLINE_MS, runs(second));
    const changedFrom = wallMs();
    await stage.tellOfPush();
    await one;
    again.push(wallMs() - changedFrom);
    const gone = events.next('all are gone', DEADLINE_MS, ({ sync }) => sync === 'REMOVED');
    await Promise.all([gone, stage.hub.api.mutate('deleteApplication', { project: 'default', name, mode: 'DELETE' })]);
    await events.close();
  }
  return {
    parameters: { objects, runs: count, kubernetes },
    figures: [
      { name: 'webhook -> every object created', unit: 'ms', values: created, goal: { number: 12, statistic: 'median', atMost: 30_000 } },
      { name: 'webhook -> reported: a subscriber is told', unit: 'ms', values: shown },
      { name: 'one of them changed: webhook -> reported', unit: 'ms', values: again },
      { name: 'agent and what runs below it, most memory at once', unit: 'MB', values: peaks, goal: { number: 12, statistic: 'median', atMost: 256 } },
      ...meter.figures('creating them'),
    ],
    notes: [kubernetes === 'real' ? REAL_NOTE : SANDBOX_NOTE, `${IN_ONE_FILE} ConfigMaps in each file; the last write: by the audit log of the API server; memory: by looking every 20 ms, the render's own process included`],
  };

  function lastWrite(namespace: string): number {
    const writes = cluster.auditLog.writes().filter((write) => write.namespace === namespace && write.resource === 'configmaps' && write.userAgent.startsWith('capstan'));
    return Math.max(...writes.map(({ answeredAt }) => parseTimeMs(answeredAt)));
  }
}

/** Objects in files of some hundred; with `objects` 1 only the first file, with its first object changed. */
function filesOf(name: string, objects: number, revision: number): Readonly<Record<string, string>> {
  const files = Math.ceil((objects === 1 ? IN_ONE_FILE : objects) / IN_ONE_FILE);
  return Object.fromEntries(
    Array.from({ length: files }, (_, file) => {
      const manifests = Array.from({ length: IN_ONE_FILE }, (_unused, index) => {
        const number = file * IN_ONE_FILE + index;
        return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: part-${String(number).padStart(5, '0')}\ndata:\n  revision: "${number === 0 ? revision : 1}"\n  colour: blue\n  LOG_LEVEL: info\n`;
      });
      return [`apps/${name}/objects-${String(file).padStart(3, '0')}.yaml`, manifests.join('---\n')];
    }),
  );
}
