import type { ServerResponse } from 'node:http';
import type { Timers } from '#kernel';
import type { JsonObject } from '#kernel';
import type { ClusterContext } from '../cluster-context.js';
import { apiVersionOf } from '../resources/resource-type.js';
import { startWatch, type WatchRequest } from '../store/watch.js';
import { expired, statusBody } from './api-failure.js';
import { represent, type Representation } from './representation.js';

/** A reader that falls behind by more than this is cut off: it lists again, the server does not keep its backlog. */
const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;

/** Streams a watch, one JSON event per line. */
export function sendWatch(cluster: ClusterContext, timers: Timers, request: WatchRequest, representation: Representation, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const send = (type: string, object: JsonObject): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > MAX_BACKLOG_BYTES) response.destroy();
  };
  const kind = representation === 'metadata' ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' } : { kind: request.type.kind, apiVersion: apiVersionOf(request.type) };
  const stop = startWatch(cluster, timers, request, {
    event: (type, object) => send(type, represent(request.type, object, representation)),
    bookmark: (revision, endsInitialEvents) => {
      const annotations = endsInitialEvents ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
      send('BOOKMARK', { ...kind, metadata: { resourceVersion: String(revision), creationTimestamp: null, ...annotations } });
    },
    gone: (revision) => send('ERROR', statusBody(expired(`too old resource version: ${revision} (${cluster.store.revision})`))),
    end: () => response.end(),
  });
  response.once('close', stop);
}
