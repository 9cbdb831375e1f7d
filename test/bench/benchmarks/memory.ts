import { until } from '#testing';
import { spawn } from 'node:child_process';
import type { Benchmark, BenchResult, Progress } from '../benchmark.js';
import { CpuMeter } from '../measure/cpu-meter.js';
import { memoryOf } from '../measure/processes.js';
import type { BenchOptions } from '../options.js';
import type { Child } from '../../stage/child.js';
import { agentFlags } from '../../stage/agent-flags.js';
import { startApplication } from '../setup/bench-application.js';
import { joinBenchCluster, REAL_NOTE, SANDBOX_NOTE, type BenchCluster } from '../setup/bench-cluster.js';
import { withBenchStage, type BenchStage } from '../setup/bench-stage.js';
import { OBJECTS_NOTE } from '../setup/many-objects.js';
import { untilConnected } from '../setup/until-connected.js';

const AGENTS = 3;
const STARTS = 5;
const SETTLED_MS = 10_000;
const DEADLINE_MS = 60_000;
/** Node with what any agent needs, TLS and HTTP/2, doing nothing. */
const BARE_NODE = "await Promise.all([import('node:tls'), import('node:http2')]); setInterval(() => undefined, 1 << 30);";

export const memory: Benchmark = {
  name: 'memory',
  summary: 'resident memory of an idle agent that watches one application, and how fast it starts (goal 10)',
  run: (options, progress) => withBenchStage(options, (stage) => measure(stage, options, progress)),
};

async function measure(stage: BenchStage, options: BenchOptions, progress: Progress): Promise<BenchResult> {
  const { objects, idleSeconds, kubernetes } = options;
  const agents = options.runs ?? (kubernetes === 'real' ? 1 : AGENTS);
  const clusters: BenchCluster[] = [];
  for (let index = 0; index < agents; index += 1) clusters.push(await joinBenchCluster(stage, { name: `bench-${index}`, kubernetes }));
  const bare = spawn(process.execPath, [...(await agentFlags(stage.root)), '--input-type=module', '-e', BARE_NODE], { stdio: 'ignore', env: {} });
  stage.builder.adopt(async () => void bare.kill('SIGKILL'));
  await untilConnected(stage, clusters);
  const application = await startApplication(stage, 'bench', objects, agents);
  await application.events.close();
  const pids = clusters.map(({ agent }) => agent.pid);
  const busy = pids.map(memoryOf);
  progress(`${agents} agents run ${objects} objects each; they are left alone for ${idleSeconds} s`);
  const meter = new CpuMeter({ hub: stage.hub.child.pid, agents: pids });
  meter.start();
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
  meter.stop();
  const idle = pids.map(memoryOf);
  if (bare.pid === undefined) throw new Error('bare Node did not start');
  const bareMemory = memoryOf(bare.pid);
  const started: Started[] = [];
  const [first] = clusters;
  if (first === undefined) throw new Error('there is no agent to start again');
  for (let run = 0; run < STARTS; run += 1) started.push(await restart(stage, first.name, started.at(-1)?.agent ?? first.agent));
  return {
    parameters: { agents, objects, kubernetes, 'idle seconds': idleSeconds },
    figures: [
      { name: 'agent, resident, idle', unit: 'MB', values: idle.map((one) => one.residentMb), goal: { number: 10, statistic: 'median', atMost: 64 } },
      { name: 'agent, anonymous (not of files), idle', unit: 'MB', values: idle.map((one) => one.anonymousMb) },
      { name: 'agent, resident, right after applying', unit: 'MB', values: busy.map((one) => one.residentMb) },
      { name: 'bare Node with TLS and HTTP/2, resident', unit: 'MB', values: [bareMemory.residentMb] },
      { name: 'bare Node, anonymous', unit: 'MB', values: [bareMemory.anonymousMb] },
      { name: 'started again: process started -> it has a session with the hub', unit: 'ms', values: started.map(({ connectedMs }) => connectedMs) },
      { name: 'started again: resident, ten seconds later', unit: 'MB', values: started.map(({ residentMb }) => residentMb) },
      ...meter.figures(`${idleSeconds} s idle, ${agents} agents`),
    ],
    notes: [
      kubernetes === 'real' ? REAL_NOTE : SANDBOX_NOTE,
      OBJECTS_NOTE,
      'each agent is a process of its own with a session (gRPC over mTLS) and watches; each value is of one of them, read from /proc; resident memory holds the pages of the node binary that all of them share',
      'it is started with the flags of `npm run agent`, and so is bare Node; git and kustomize are programs beside it that run only while they are needed',
    ],
  };
}

interface Started {
  readonly connectedMs: number;
  readonly residentMb: number;
  readonly agent: Child;
}

/** Ends an agent as an upgrade would and starts it again on what is stored in its cluster. */
async function restart(stage: BenchStage, name: string, running: Child): Promise<Started> {
  await running.stop();
  await until(`${name} is gone`, DEADLINE_MS, async () => ((await isConnected(stage, name)) ? undefined : true));
  const from = performance.now();
  const agent = await running.startAgain();
  stage.builder.adopt(() => agent.stop());
  for (const end = from + DEADLINE_MS; !(await isConnected(stage, name)); ) {
    if (performance.now() > end) throw new Error(`${name} did not come back`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const connectedMs = performance.now() - from;
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  return { connectedMs, residentMb: memoryOf(agent.pid).residentMb, agent };
}

async function isConnected({ hub }: BenchStage, name: string): Promise<boolean> {
  const answer = await hub.api.query<{ readonly cluster: { readonly connection: string } | null }>('query Connection($name: String!) { cluster(name: $name) { connection } }', { name });
  return answer.cluster?.connection === 'CONNECTED';
}
