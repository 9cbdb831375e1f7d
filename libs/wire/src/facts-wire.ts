import type { Facts as WireFacts } from './generated/capstan/agent/v1/session.js';
import { readCount, readText } from './wire-values.js';

/** What an agent says of its cluster. Never a right: selectors see facts only under a name of their own (DESIGN, rule 3). */
export interface ClusterFacts {
  readonly kubernetesVersion: string;
  readonly provider: string;
  readonly region: string;
  readonly nodes: number;
  /** At most 64, each value at most 256 characters. */
  readonly custom: Readonly<Record<string, string>>;
}

const MAX_CUSTOM = 64;
const MAX_VALUE = 256;
const FACT_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

export function encodeFacts(facts: ClusterFacts): WireFacts {
  return { kubernetesVersion: facts.kubernetesVersion, provider: facts.provider, region: facts.region, nodes: facts.nodes, custom: { ...facts.custom } };
}

/** Facts of an untrusted agent, cut to their bounds; names that could not be label keys are left out. */
export function decodeFacts(wire: WireFacts): ClusterFacts {
  const custom = Object.entries(wire.custom)
    .filter(([name]) => FACT_NAME.test(name) && name !== '__proto__')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_CUSTOM)
    .map(([name, value]): [string, string] => [name, readText(value, MAX_VALUE)]);
  return {
    kubernetesVersion: readText(wire.kubernetesVersion, MAX_VALUE),
    provider: readText(wire.provider, MAX_VALUE),
    region: readText(wire.region, MAX_VALUE),
    nodes: readCount(wire.nodes),
    custom: Object.fromEntries(custom),
  };
}
