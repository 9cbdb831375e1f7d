import { errorMessage } from '#kernel';
import { randomInt } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { StageBuilder } from '../../stage/stage-builder.js';
import { REAL_IMAGES } from '../cast/fleet-repository.js';
import { counted, fleetOf } from '../cast/fleet.js';
import type { Narrator } from '../narrator.js';
import type { DemoOptions } from '../options.js';
import type { Setting } from '../setting.js';
import { isAttended, isConfirmed, warning } from './ask-first.js';
import { connectContexts, type OwnCluster } from './connect-contexts.js';
import { demoNamespace, ownScene } from './demo-names.js';
import { ownHost } from './own-host.js';
import { findDemo, removeDemo } from './remove-demo.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const NOBODY_TO_ASK = 'demo: there is no terminal to ask at\n  next: add --yes when these clusters may be changed so\n';

/** The user's own clusters as a setting, after they agreed; or the exit code when it does not come to that. Nothing is changed yet. */
export async function prepareOwnContexts(options: DemoOptions, builder: StageBuilder, narrator: Narrator, signal: AbortSignal): Promise<Setting | number> {
  const connected = await connect(options);
  if (typeof connected === 'number') return connected;
  builder.adopt(async () => connected.forEach(({ client }) => client.close()));
  const id = Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  const parts = fleetOf(connected.length);
  const scene = ownScene(id);
  narrator.say(warning(connected, parts, scene));
  if (!options.yes) {
    if (!isAttended()) return refuseUnattended();
    if (!(await isConfirmed('demo', signal))) return decline(narrator, signal);
  }
  return {
    title: 'namespaces for it on your clusters',
    outcome: () => `${scene.agentNamespace}, -shop, -node-report`,
    parts,
    scene,
    content: REAL_IMAGES,
    patienceMs: 180_000,
    prepare: () => Promise.resolve(),
    start: async () => {
      builder.adopt(() => removeRun(connected, narrator, id, options));
      const hosts = connected.map((cluster) => ownHost(cluster, id, signal));
      for (const host of hosts) for (const namespace of scene.applyNamespaces ?? []) await host.install?.(demoNamespace(namespace, id));
      return hosts;
    },
  };
}

/** `--remove`: takes away what demos left that could not do it themselves. Returns the exit code. */
export async function removeLeftovers(options: DemoOptions, narrator: Narrator, signal: AbortSignal): Promise<number> {
  const connected = await connect(options);
  if (typeof connected === 'number') return connected;
  try {
    const found = await Promise.all(connected.map(async (cluster) => ({ cluster, objects: await findDemo(cluster.client) })));
    const total = found.reduce((sum, { objects }) => sum + objects.length, 0);
    for (const { cluster, objects } of found) narrator.say(`context ${cluster.context}, ${cluster.connection.server}: ${objects.length === 0 ? 'nothing of the demo' : ''}${objects.map(({ kind, metadata }) => `\n  ${kind} ${metadata.name}, made ${metadata.creationTimestamp ?? ''}`).join('')}`);
    if (total === 0) return 0;
    if (!options.yes) {
      if (!isAttended()) return refuseUnattended();
      narrator.say('\nA demo that still runs on one of them would end badly.');
      if (!(await isConfirmed('remove', signal))) return decline(narrator, signal);
    }
    for (const { cluster, objects } of found) if (objects.length > 0) await narrator.step(`context ${cluster.context}`, () => removeDemo(cluster.client, objects), () => `${counted(objects.length, 'object')} removed`);
    return 0;
  } catch (error) {
    narrator.say(`\nNot everything was removed: ${errorMessage(error)}\nThe same command goes on where it stopped.`);
    return 1;
  } finally {
    connected.forEach(({ client }) => client.close());
  }
}

async function connect({ contexts, kubeconfig }: DemoOptions): Promise<readonly OwnCluster[] | number> {
  const connected = await connectContexts(contexts, kubeconfig ?? (process.env['KUBECONFIG'] || join(homedir(), '.kube', 'config')));
  if (connected.ok) return connected.value;
  process.stderr.write(`demo: ${connected.error}\n  next: kubectl config get-contexts shows what there is\n`);
  return 2;
}

async function removeRun(clusters: readonly OwnCluster[], narrator: Narrator, id: string, { contexts, kubeconfig }: DemoOptions): Promise<void> {
  narrator.chapter('Leaving your clusters as they were');
  const again = ['npm run demo --', '--remove', ...contexts.map((name) => `--context ${name}`), ...(kubeconfig === undefined ? [] : [`--kubeconfig ${kubeconfig}`])].join(' ');
  const removed = await narrator.step(
    `removing what was made on ${counted(clusters.length, 'cluster')}`,
    () => Promise.allSettled(clusters.map(({ client }) => findDemo(client, id).then((objects) => removeDemo(client, objects).then(() => objects.length)))),
    (all) => all.map((one, index) => `${clusters[index]?.context ?? ''} ${one.status === 'fulfilled' ? counted(one.value, 'object') : 'FAILED'}`).join(', '),
  );
  const failures = removed.flatMap((one, index) => (one.status === 'rejected' ? [`context ${clusters[index]?.context ?? ''}: ${errorMessage(one.reason)}`] : []));
  if (failures.length > 0) throw new Error(`${failures.join('\n')}\nTo try again: ${again}`);
}

function refuseUnattended(): number {
  process.stderr.write(NOBODY_TO_ASK);
  return 2;
}

function decline(narrator: Narrator, signal: AbortSignal): number {
  narrator.say('\nNothing was changed.');
  return signal.aborted ? 130 : 2;
}
