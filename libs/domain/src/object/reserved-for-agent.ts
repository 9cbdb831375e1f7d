import { parseApiVersion, type KubeObject } from './kube-object.js';

/** What no application may touch: the agent's namespace and everything of its chart. */
export interface ReservedForAgent {
  /** The namespace in which the agent runs. */
  readonly namespace: string;
  /** Value of the label `app.kubernetes.io/part-of` on everything that the agent's chart installs. */
  readonly partOf: string;
}

export const PART_OF_LABEL = 'app.kubernetes.io/part-of';
const HELM_RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace';

/**
 * Why an object is out of reach for an application, as the rest of a sentence that begins with the object; undefined when it
 * is not. Pure. It judges what the manifest says; what a live object says is judged again before a write.
 *
 * @param defaultNamespace where objects without a namespace go
 */
export function findReservation(object: KubeObject, defaultNamespace: string, reserved: ReservedForAgent): string | undefined {
  const { namespace = '', name, labels, annotations } = object.metadata;
  if (namespace === reserved.namespace) return `is in ${reserved.namespace}, the namespace of the agent`;
  if (namespace === '' && defaultNamespace === reserved.namespace) return `would go to ${reserved.namespace}, the namespace of the agent`;
  if (object.kind === 'Namespace' && parseApiVersion(object.apiVersion).group === '' && name === reserved.namespace) return 'is the namespace of the agent';
  if (labels?.[PART_OF_LABEL] === reserved.partOf) return `carries the label of the agent's chart`;
  if (annotations?.[HELM_RELEASE_NAMESPACE] === reserved.namespace) return `belongs to a Helm release in the namespace of the agent`;
  return undefined;
}
