import { freePorts, until } from '#testing';
import { join } from 'node:path';
import { Child } from '../../stage/child.js';
import type { LightHoldings } from '../programs/light-agent.js';
import type { BenchStage } from './bench-stage.js';
import { mintJoinTokens, type LabelsOf } from './join-token.js';

export const LIGHT_NOTE =
  'light agents: the session of the real agent (enrolment, mutual TLS, verified signatures, receipts, reports) for every cluster, all in one process beside the hub; only the cluster behind the agent is simulated: NOTHING IS RENDERED OR APPLIED, what is taken is reported healthy at once';

export interface LightFleet {
  readonly pid: number;
  /** Asks the agents themselves, not the hub. */
  holdings(commit: string): Promise<LightHoldings>;
}

const CONNECT_MS = 120_000;
const ASK_MS = 10_000;

/** A process with a light agent for every cluster; all connected when this answers. */
export async function startLightFleet({ builder, hub, directory, root, programs }: BenchStage, clusters: LabelsOf): Promise<LightFleet> {
  const joining = await mintJoinTokens(hub, clusters);
  const [port = 0] = await freePorts(1);
  const child = Child.start({
    name: 'light agents', args: ['--enable-source-maps', join(root, 'dist/test/bench/programs/light-agents.js')], logFile: join(directory, 'light-agents.log'),
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, BENCH_JOINING: JSON.stringify(joining), BENCH_PORT: String(port) },
  });
  programs.push(child);
  builder.adopt(() => child.stop());
  const holdings = async (commit: string): Promise<LightHoldings> => {
    const response = await fetch(`http://127.0.0.1:${port}/${commit}`, { signal: AbortSignal.timeout(ASK_MS) });
    return (await response.json()) as LightHoldings;
  };
  await until('the light agents are connected', CONNECT_MS, async () => {
    if (child.hasEnded) throw new Error(await child.lastWords());
    const seen = await holdings('none').catch(() => undefined); // it does not listen yet
    return seen?.connected === clusters.size ? true : undefined;
  });
  return { pid: child.pid, holdings };
}
