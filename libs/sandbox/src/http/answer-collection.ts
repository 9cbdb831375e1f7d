import type { ClusterContext } from '../cluster-context.js';
import type { ResourceType } from '../resources/resource-type.js';
import { parseObjectSelector } from '../selectors/object-selector.js';
import { listObjects } from '../verbs/list-objects.js';
import { failed, json, type ApiAnswer, type ApiCall } from './api-call.js';
import { badRequest, notImplemented } from './api-failure.js';
import { representList } from './representation.js';
import { isTrue, type ResourcePath } from './request-info.js';

const LONGEST_WATCH_SECONDS = 3_600;
const USUAL_WATCH_SECONDS = 1_800;

/** List and watch of a resource, in one namespace or all. */
export function answerCollection(cluster: ClusterContext, type: ResourceType, path: ResourcePath, call: ApiCall): ApiAnswer {
  const { query, verb, method } = call.info;
  if (verb !== 'list' && verb !== 'watch') return failed(notImplemented(method, call.info.path, `the verb ${verb}`));
  const selector = parseObjectSelector(type, query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '');
  if (!selector.ok) return failed(selector.error);
  const namespace = type.isNamespaced && path.namespace !== '' ? path.namespace : undefined;
  if (verb === 'watch') return answerWatch(type, namespace, selector.value, call);
  const limit = Number(query.get('limit') ?? '0');
  if (!Number.isInteger(limit) || limit < 0) return failed(badRequest('limit: must be a whole number of at least 0'));
  const page = listObjects(cluster, { type, namespace, selector: selector.value, limit, continueToken: query.get('continue') ?? '' });
  return page.ok ? json(200, representList(type, page.value.items, page.value.metadata, call.representation)) : failed(page.error);
}

function answerWatch(type: ResourceType, namespace: string | undefined, selector: Parameters<typeof listObjects>[1]['selector'], call: ApiCall): ApiAnswer {
  const { query } = call.info;
  const version = query.get('resourceVersion') ?? '';
  const revision = Number(version);
  if (!Number.isInteger(revision) || revision < 0) return failed(badRequest(`invalid resource version ${JSON.stringify(version)}`));
  const seconds = Number(query.get('timeoutSeconds') ?? String(USUAL_WATCH_SECONDS));
  const isWatchList = isTrue(query.get('sendInitialEvents'));
  const request = {
    type,
    namespace,
    selector,
    fromRevision: isWatchList || revision === 0 ? undefined : revision,
    hasBookmarks: isTrue(query.get('allowWatchBookmarks')),
    isWatchList,
    lifetimeMs: Math.min(LONGEST_WATCH_SECONDS, Number.isFinite(seconds) && seconds > 0 ? seconds : USUAL_WATCH_SECONDS) * 1000,
  };
  return { kind: 'watch', request, representation: call.representation };
}
