import type { ClusterContext } from '../cluster-context.js';
import type { ResourceType } from '../resources/resource-type.js';
import { parseObjectSelector } from '../selectors/object-selector.js';
import { listObjects } from '../verbs/list-objects.js';
import { failed, json, type ApiAnswer, type ApiCall } from './api-call.js';
import { badRequest, methodNotAllowed, notImplemented } from './api-failure.js';
import { versionRefusal } from './check-versions.js';
import { representList } from './representation.js';
import { isTrue, type ResourcePath } from './request-info.js';

const LONGEST_WATCH_SECONDS = 3_600;
const USUAL_WATCH_SECONDS = 1_800;

/** List and watch of a resource, in one namespace or all. */
export function answerCollection(cluster: ClusterContext, type: ResourceType, path: ResourcePath, call: ApiCall): ApiAnswer {
  const { query, verb, method } = call.info;
  if (verb === 'patch' || verb === 'update') return failed(methodNotAllowed());
  if (verb !== 'list' && verb !== 'watch') return failed(notImplemented(method, call.info.path, `the verb ${verb}`));
  const unfit = versionRefusal(cluster, call);
  if (unfit !== undefined) return failed(unfit);
  const selector = parseObjectSelector(type, query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '');
  if (!selector.ok) return failed(selector.error);
  const namespace = type.isNamespaced && path.namespace !== '' ? path.namespace : undefined;
  if (verb === 'watch') return answerWatch(cluster, type, namespace, selector.value, call);
  const limit = Number(query.get('limit') ?? '0');
  if (!Number.isInteger(limit)) return failed(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(query.get('limit'))}: invalid syntax`));
  const page = listObjects(cluster, { type, namespace, selector: selector.value, limit: Math.max(0, limit), continueToken: query.get('continue') ?? '' });
  return page.ok ? json(200, representList(type, page.value.items, page.value.metadata, call.representation)) : failed(page.error);
}

function answerWatch(cluster: ClusterContext, type: ResourceType, namespace: string | undefined, selector: Parameters<typeof listObjects>[1]['selector'], call: ApiCall): ApiAnswer {
  const { query } = call.info;
  const revision = Number(query.get('resourceVersion') ?? '');
  const seconds = Number(query.get('timeoutSeconds') ?? String(USUAL_WATCH_SECONDS));
  const hasBookmarks = isTrue(query.get('allowWatchBookmarks'));
  const isFromNow = query.get('sendInitialEvents') === 'false' && revision === 0;
  const isWatchList = isTrue(query.get('sendInitialEvents'));
  const request = {
    type,
    namespace,
    selector,
    fromRevision: isFromNow ? cluster.store.revision : isWatchList || revision === 0 ? undefined : revision,
    hasBookmarks,
    // asked for, or because the watch begins with everything at the latest version
    endsInitialEvents: hasBookmarks && (isWatchList || (query.get('resourceVersion') ?? '') === ''),
    lifetimeMs: Math.min(LONGEST_WATCH_SECONDS, Number.isFinite(seconds) && seconds > 0 ? seconds : USUAL_WATCH_SECONDS) * 1000,
  };
  return { kind: 'watch', request, representation: call.representation };
}
