import type { KubeObject } from '#domain';
import type { KubeClient, ResourceInfo } from '#kube';
import { until } from '#testing';
import type { Benchmark, BenchResult, Progress } from '../benchmark.js';
import { CpuMeter } from '../measure/cpu-meter.js';
import { parseTimeMs, wallMs } from '../measure/now.js';
import type { BenchOptions } from '../options.js';
import { startApplication, type BenchApplication } from '../setup/bench-application.js';
import { joinBenchCluster, REAL_NOTE, SANDBOX_NOTE, type BenchCluster } from '../setup/bench-cluster.js';
import { withBenchStage, type BenchStage } from '../setup/bench-stage.js';
import { kindOf, nameOf, OBJECTS_NOTE, type BenchKind } from '../setup/many-objects.js';
import { NamespaceWitness } from '../setup/namespace-witness.js';
import { untilConnected } from '../setup/until-connected.js';

const DEADLINE_MS = 60_000;
const APART_MS = 300;
/** A person who edits the same object again and again: so many rounds of so many edits. */
const ROUNDS = 5;
const IN_A_ROW = 10;

/** What somebody does with `kubectl edit`, and how to see that it is undone. */
const EDITS: Readonly<Record<BenchKind, { readonly patch: object; readonly isFixed: (object: KubeObject) => boolean }>> = {
  ConfigMap: { patch: { data: { colour: 'red' } }, isFixed: (object) => at(object['data'], 'colour') === 'blue' },
  Deployment: { patch: { spec: { replicas: 0 } }, isFixed: (object) => at(object['spec'], 'replicas') === 1 },
};
const GROUPS: Readonly<Record<BenchKind, string>> = { ConfigMap: '', Deployment: 'apps' };

/** Milliseconds from sending the edit. */
interface Healed {
  readonly edited: number;
  readonly fixed: number;
  readonly shown: number;
  /** Between the answers to the edit and to the agent's write, by the audit log. */
  readonly byAuditLog: number;
}

export const drift: Benchmark = {
  name: 'drift',
  summary: 'an edit in the cluster -> undone by the agent, and shown in the hub (goal 14)',
  run: (options, progress) => withBenchStage(options, (stage) => measure(stage, options, progress)),
};

async function measure(stage: BenchStage, options: BenchOptions, progress: Progress): Promise<BenchResult> {
  const { kubernetes, objects, edits } = options;
  progress(`hub ready; starting a ${kubernetes} cluster`);
  const cluster = await joinBenchCluster(stage, { name: 'bench', kubernetes });
  await untilConnected(stage, [cluster]);
  const application = await startApplication(stage, 'bench', objects, 1);
  const witness = new NamespaceWitness(cluster.admin, application.name);
  stage.builder.adopt(async () => witness.stop());
  const resources = await watchAll(cluster.admin, witness);
  const meter = new CpuMeter({ hub: stage.hub.child.pid, agents: [cluster.agent.pid] });
  const healed: Healed[] = [];
  progress(`${objects} objects run; ${edits} edits begin`);
  await edit(0, 0);
  meter.start();
  for (let index = 1; index <= edits; index += 1) healed.push(await edit(index % objects, index));
  meter.stop();
  progress(`${ROUNDS} times ${IN_A_ROW} edits of one object in a row begin`);
  const rows: Healed[][] = [];
  let heals = edits + 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const row: Healed[] = [];
    // Objects that no edit before has touched, as far as there are as many.
    for (let turn = 0; turn < IN_A_ROW; turn += 1) row.push(await edit((edits + 1 + round) % objects, heals++));
    rows.push(row);
  }
  await application.events.close();
  const goal = { number: 14, statistic: 'p99', atMost: 500 } as const;
  return {
    parameters: { edits, objects, kubernetes },
    figures: [
      { name: 'edit sent -> answered', unit: 'ms', values: healed.map((one) => one.edited) },
      { name: 'edit sent -> undone in the cluster', unit: 'ms', values: healed.map((one) => one.fixed), goal },
      { name: 'edit answered -> the agent\'s write answered (audit log)', unit: 'ms', values: healed.map((one) => one.byAuditLog) },
      { name: 'edit sent -> shown in the hub', unit: 'ms', values: healed.map((one) => one.shown) },
      { name: 'undone -> shown in the hub', unit: 'ms', values: healed.map((one) => one.shown - one.fixed), goal },
      ...meter.figures(`${edits} edits`),
      { name: `edit ${IN_A_ROW} in a row of one object sent -> undone in the cluster`, unit: 'ms', values: rows.map((row) => row.at(-1)?.fixed ?? Number.NaN), goal },
      { name: `edits 1 to ${IN_A_ROW - 1} in a row of one object sent -> undone`, unit: 'ms', values: rows.flatMap((row) => row.slice(0, -1).map(({ fixed }) => fixed)) },
    ],
    notes: [
      kubernetes === 'real' ? REAL_NOTE : SANDBOX_NOTE,
      OBJECTS_NOTE,
      'each edit is of another object (data of a ConfigMap, replicas of a Deployment), but for those in a row; the agent slows down on purpose only when one object is rewritten again and again within seconds',
      'undone: a watch of the administrator shows the object as Git has it; shown: the message of a GraphQL subscription with one more heal has come',
      `one edit at a time, ${APART_MS} ms after the one before was shown; with fewer than 100 edits the p99 is the slowest`,
    ],
  };

  async function edit(index: number, healsBefore: number): Promise<Healed> {
    await new Promise((resolve) => setTimeout(resolve, APART_MS));
    return editAndWait(cluster, application, witness, { kind: kindOf(index), name: nameOf(index), resources, healedCount: healsBefore + 1 });
  }
}

async function watchAll(admin: KubeClient, witness: NamespaceWitness): Promise<Readonly<Record<BenchKind, ResourceInfo>>> {
  const resolve = async (kind: BenchKind): Promise<ResourceInfo> => {
    const found = await admin.resolve(GROUPS[kind], kind);
    if (!found.ok) throw new Error(`${kind}: ${found.error.code}`);
    await witness.watch(found.value);
    return found.value;
  };
  return { ConfigMap: await resolve('ConfigMap'), Deployment: await resolve('Deployment') };
}

interface EditRequest {
  readonly kind: BenchKind;
  readonly name: string;
  readonly resources: Readonly<Record<BenchKind, ResourceInfo>>;
  readonly healedCount: number;
}

async function editAndWait(cluster: BenchCluster, { name: namespace, events }: BenchApplication, witness: NamespaceWitness, request: EditRequest): Promise<Healed> {
  const { kind, name, resources, healedCount } = request;
  const { patch, isFixed } = EDITS[kind];
  cluster.auditLog.mark();
  const shown = events.next(`the hub shows heal ${healedCount}`, DEADLINE_MS, ({ observed }) => observed.healedCount >= healedCount);
  let isEdited = false;
  const fixed = witness.when(`${kind} ${name} is as it was`, DEADLINE_MS, (object) => {
    if (object.metadata.name !== name || object.kind !== kind) return false;
    if (isFixed(object)) return isEdited;
    isEdited = true;
    return false;
  });
  const from = wallMs();
  const sent = cluster.admin.mergePatch(resources[kind], namespace, name, patch, { fieldManager: 'kubectl-edit' }).then((answer) => {
    if (!answer.ok) throw new Error(`the edit of ${kind} ${name} was refused: ${answer.error.code} ${answer.error.message}`);
    return wallMs();
  });
  const [edited, fixedAt, heard] = await Promise.all([sent, fixed, shown]);
  return { edited: edited - from, fixed: fixedAt - from, shown: heard.atMs - from, byAuditLog: await healByAuditLog(cluster, namespace, name) };
}

/** The second witness: what the API server itself wrote down. */
async function healByAuditLog({ auditLog }: BenchCluster, namespace: string, name: string): Promise<number> {
  return until('the audit log has the edit and the heal', DEADLINE_MS, () => {
    const writes = auditLog.writes().filter((entry) => entry.namespace === namespace && entry.name === name && entry.verb === 'patch' && entry.subresource === '');
    const heal = writes.find(({ userAgent }) => userAgent.startsWith('capstan'));
    const edit = writes.find((entry) => entry !== heal && !entry.userAgent.startsWith('capstan'));
    return heal === undefined || edit === undefined ? undefined : parseTimeMs(heal.answeredAt) - parseTimeMs(edit.answeredAt);
  });
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([found]) => found === key)?.[1] : undefined;
}
