import type { KubeObject } from '#domain';
import type { Scene } from '../cast/scene.js';

/** On everything that the demo makes in somebody's cluster and that does not lie in a namespace of the demo; its value is the id of the run. */
export const DEMO_LABEL = 'capstan.dev/demo';

const PREFIX = 'capstan-demo-';
const KINDS = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];

/** The names of one run: no two runs share any. */
export function ownScene(id: string): Scene {
  const shop = `${PREFIX}${id}-shop`;
  const nodeReport = `${PREFIX}${id}-node-report`;
  return { agentNamespace: `${PREFIX}${id}`, shop, nodeReport, applyNamespaces: [shop, nodeReport] };
}

/** Whether the demo made this object: by kind, label and name together, so that a copied label or a chosen name alone makes nothing ours. Pure. */
export function isOfDemo({ kind, metadata }: KubeObject): boolean {
  const id = metadata.labels?.[DEMO_LABEL];
  if (id === undefined || !/^[a-z0-9]{8}$/.test(id) || !KINDS.includes(kind)) return false;
  return metadata.name === `${PREFIX}${id}` || (kind === 'Namespace' && (metadata.name === `${PREFIX}${id}-shop` || metadata.name === `${PREFIX}${id}-node-report`));
}

/** An object of the agent's manifest as it is installed: what is not in a namespace of the demo gets a name and a label of the run. Pure. */
export function asDemoObject(object: KubeObject, id: string): KubeObject {
  if (!KINDS.includes(object.kind)) return object;
  const name = `${PREFIX}${id}`;
  const labelled: KubeObject = { ...object, metadata: { ...object.metadata, name: object.kind === 'Namespace' ? object.metadata.name : name, labels: { ...object.metadata.labels, [DEMO_LABEL]: id } } };
  const roleRef = object['roleRef'];
  return typeof roleRef === 'object' && roleRef !== null && !Array.isArray(roleRef) ? { ...labelled, roleRef: { ...roleRef, name } } : labelled;
}

/** A namespace for applied content: the agent may write into it, not make it. */
export function demoNamespace(name: string, id: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [DEMO_LABEL]: id } } };
}
