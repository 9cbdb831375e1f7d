import type { ServerResponse } from 'node:http';
import { listOf, textOf, type KubeObject } from '#domain';
import type { ClusterContext } from '../cluster-context.js';
import { failed, type ApiAnswer, type ApiCall } from '../http/api-call.js';
import { badRequest } from '../http/api-failure.js';
import { isTrue } from '../http/request-info.js';

/** A reader that falls behind by more than this is cut off. */
const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;

/** `GET .../pods/<name>/log`: container, tailLines, sinceSeconds, follow; there never was a previous run. */
export function answerPodLog(cluster: ClusterContext, pod: KubeObject, { info }: ApiCall): ApiAnswer {
  const { name, uid = '' } = pod.metadata;
  const names = listOf(pod, 'spec', 'containers').flatMap((container) => textOf(container, 'name') ?? []);
  const asked = info.query.get('container') ?? '';
  if (asked === '' && names.length > 1) return failed(badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`));
  const container = asked === '' ? (names[0] ?? '') : asked;
  if (!names.includes(container)) return failed(badRequest(`container ${container} is not valid for pod ${name}`));
  if (isTrue(info.query.get('previous'))) return failed(badRequest(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`));
  if (textOf(pod, 'status', 'phase') === 'Pending') return failed(badRequest(`container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ContainerCreating`));
  const [tail, since] = [numberIn(info.query.get('tailLines')), numberIn(info.query.get('sinceSeconds'))];
  const text = cluster.logs.read(uid, container, tail, since === undefined ? 0 : cluster.clock.now().getTime() - since * 1_000);
  return { kind: 'log', text, follow: isTrue(info.query.get('follow')) ? (on) => cluster.logs.follow(uid, container, on) : undefined };
}

/** Sends what there is; with `follow` it goes on until the reader leaves. */
export function sendLog(answer: ApiAnswer & { readonly kind: 'log' }, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  if (answer.text !== '') response.write(answer.text);
  if (answer.follow === undefined) {
    response.end();
    return;
  }
  const stop = answer.follow((text) => {
    response.write(text);
    if (response.writableLength > MAX_BACKLOG_BYTES) response.destroy();
  });
  response.once('close', stop);
}

function numberIn(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
