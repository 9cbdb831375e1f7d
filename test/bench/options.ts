import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** The built tree. */
  readonly root: string;
  readonly json: boolean;
  /** How often each thing is measured; undefined: what the benchmark thinks right. */
  readonly runs: number | undefined;
  /** Objects of the application, without the namespace that the agent makes for them. */
  readonly objects: number;
  readonly kubernetes: 'sandbox' | 'real';
  /** Edits of the drift benchmark. */
  readonly edits: number;
  /** How long the agent is left alone before its memory is read. */
  readonly idleSeconds: number;
  /** Clusters of assign and rollout; undefined: as many as the goal says. */
  readonly clusters: number | undefined;
  /** Of the monorepo benchmark. */
  readonly files: number;
  readonly commits: number;
  readonly applications: number;
  /** Objects of many-objects, targets of many-targets, applications of rollout; undefined: as many as the goal says. */
  readonly many: number | undefined;
}

export const USAGE = `npm run bench -- <name> [options]

  --json                      the result as JSON instead of a table
  --runs <n>                  how often each thing is measured
  --objects <n>               objects of the application (110, and the namespace that they are in)
  --kubernetes sandbox|real   the cluster: in memory, or kube-apiserver with its controllers (npm run tools -- kubernetes)
  --edits <n>                 drift: how many edits of objects apart (30)
  --idle <seconds>            memory: how long the agent is left alone (60)
  --clusters <n>              assign, rollout: how many clusters (1000, 100)
  --files <n>                 monorepo: files of the repository (100000)
  --commits <n>               monorepo: commits of its history (10000)
  --applications <n>          monorepo: applications that follow it (1000)
  --many <n>                  many-objects, many-targets, rollout: how many (10000, 1000, 100)
`;

export type Asked = { readonly name: string | undefined; readonly help: boolean; readonly options: BenchOptions };

/** @throws TypeError naming what does not parse. */
export function readOptions(argv: readonly string[], root: string): Asked {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false }, runs: text, objects: text, kubernetes: text, edits: text, idle: text, clusters: text, files: text, commits: text, applications: text, many: text },
  });
  const kubernetes = values.kubernetes ?? 'sandbox';
  if (kubernetes !== 'sandbox' && kubernetes !== 'real') throw new TypeError('--kubernetes is sandbox or real');
  if (positionals.length > 1) throw new TypeError('one benchmark at a time');
  return {
    name: positionals[0],
    help: values.help,
    options: {
      root, kubernetes, json: values.json,
      runs: values.runs === undefined ? undefined : count('runs', values.runs, 1, 1_000),
      objects: count('objects', values.objects ?? '110', 1, 20_000),
      edits: count('edits', values.edits ?? '30', 1, 10_000),
      idleSeconds: count('idle', values.idle ?? '60', 1, 86_400),
      clusters: values.clusters === undefined ? undefined : count('clusters', values.clusters, 1, 100_000),
      files: count('files', values.files ?? '100000', 2_000, 1_000_000),
      commits: count('commits', values.commits ?? '10000', 1, 100_000),
      applications: count('applications', values.applications ?? '1000', 1, 2_000),
      many: values.many === undefined ? undefined : count('many', values.many, 1, 50_000),
    },
  };
}

function count(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) throw new TypeError(`--${name} is a whole number from ${min} to ${max}`);
  return value;
}
