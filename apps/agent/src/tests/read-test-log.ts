import { fieldOf, isJsonList, objectRefOf, textOf, type KubeObject } from '#domain';
import { TEST_LIMITS } from '#wire';
import type { TestContext } from './test-context.js';

const TAIL_LINES = 200;
const MOST_PODS = 3;
const MOST_CONTAINERS = 4;
/** A log that hangs is given up: the result of the test is there already. */
const LOG_MS = 10_000;

/**
 * The end of what the pods of a test said, read with the agent's own account; or why there is none to show.
 *
 * @param hide masks what may not be told; it is given more than is kept, so that nothing it looks for was cut in two
 */
export async function readTestLog(context: TestContext, live: KubeObject, hide: (text: string) => string): Promise<string> {
  const pods = await podsOf(context, live);
  const sources = pods.flatMap((pod) => containersOf(pod).map((container) => ({ pod, container })));
  const [only] = sources;
  if (only === undefined) return '';
  if (sources.length === 1) return hide(await readOne(context, only.pod, only.container)).slice(-TEST_LIMITS.logCharacters);
  const texts: string[] = [];
  for (const { pod, container } of sources) {
    const head = `--- ${pod.metadata.name} ${container}\n`;
    const text = hide(await readOne(context, pod, container)).slice(-Math.floor(TEST_LIMITS.logCharacters / sources.length) + head.length + 1);
    texts.push(`${head}${text.endsWith('\n') || text === '' ? text : `${text}\n`}`);
  }
  return texts.join('');
}

async function readOne({ ports, signal }: TestContext, { metadata }: KubeObject, container: string): Promise<string> {
  const opened = await ports.cluster.own.logs(metadata.namespace ?? '', metadata.name, { container, tailLines: TAIL_LINES, previous: false, follow: false, signal, deadlineMs: LOG_MS });
  if (!opened.ok) {
    const { code } = opened.error;
    return code === 'FORBIDDEN' || code === 'UNAUTHORIZED' ? '(The agent may not read logs in this cluster: logs.enabled=true in its chart allows it.)\n' : `(There is no log: ${code}.)\n`;
  }
  let text = '';
  for await (const part of opened.value) text = part.ok ? `${text}${part.value}`.slice(-2 * TEST_LIMITS.logCharacters) : text;
  return text;
}

/** The last ones, where a Job tried several times. */
async function podsOf({ reader, signal }: TestContext, live: KubeObject): Promise<readonly KubeObject[]> {
  const { group, kind, namespace } = objectRefOf(live);
  if (group === '' && kind === 'Pod') return [live];
  if (group !== 'batch' || kind !== 'Job') return [];
  const resource = await reader.resolve({ ref: { group: '', kind: 'Pod', namespace, name: '' }, apiVersion: 'v1' }, signal);
  const listed = resource.ok ? await reader.asWhoMay(resource.value, (client) => client.list(resource.value, { namespace, labelSelector: `batch.kubernetes.io/controller-uid=${live.metadata.uid ?? ''}`, signal })) : resource;
  return listed.ok ? listed.value.items.slice(-MOST_PODS) : [];
}

/** Those of the pod's own first: a sidecar that was put in is told of after them. */
function containersOf(pod: KubeObject): readonly string[] {
  const all = ['containers', 'initContainers'].flatMap((member) => {
    const list = fieldOf(pod, 'spec', member);
    return isJsonList(list) ? list.flatMap((container) => textOf(container, 'name') ?? []) : [];
  });
  return all.slice(0, MOST_CONTAINERS);
}
