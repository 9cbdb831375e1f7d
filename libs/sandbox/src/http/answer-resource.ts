import type { JsonObject, Result } from '#kernel';
import type { KubeObject } from '#domain';
import { requestToken } from '../access/request-token.js';
import type { ServiceAccountTokens } from '../access/service-account-tokens.js';
import type { ClusterContext } from '../cluster-context.js';
import { stringAt } from '../json/read-json.js';
import { isScalable } from '../resources/discovery.js';
import { unknownField } from '../kinds/check-types.js';
import { tableOf, type ResourceType } from '../resources/resource-type.js';
import { applyObject } from '../verbs/apply-object.js';
import { createObject } from '../verbs/create-object.js';
import { deleteObject, type DeleteTarget } from '../verbs/delete-object.js';
import { scaleObject, scaleOf } from '../verbs/scale-object.js';
import { isCreatedByUpdate, mergePatchObject, replaceObject } from '../verbs/update-object.js';
import type { WriteTarget } from '../verbs/write-target.js';
import { answerPodLog } from '../logs/answer-pod-log.js';
import { answerCollection } from './answer-collection.js';
import { failed, json, type ApiAnswer, type ApiCall } from './api-call.js';
import { badRequest, methodNotAllowed, noSuchResource, notFound, notImplemented, unsupportedMediaType, type ApiFailure } from './api-failure.js';
import { deletionPolicy, isDryRun, optionsRefusal } from './check-options.js';
import { represent } from './representation.js';
import { isTrue, type ResourcePath } from './request-info.js';

/** A deletion of these answers with the object, of the others with a Status. */
const SHOWN_WHEN_DELETED = new Set(['/Namespace', '/Pod', '/Service', '/ServiceAccount', '/PersistentVolume', '/PersistentVolumeClaim', 'storage.k8s.io/StorageClass']);

/** One call on a resource that is served. Authorisation has been done. */
export function answerResource(cluster: ClusterContext, tokens: ServiceAccountTokens, type: ResourceType, asked: ResourcePath, call: ApiCall): ApiAnswer {
  const { info } = call;
  const path = { ...asked, namespace: type.isNamespaced ? asked.namespace : '' };
  const outside = (what: string): ApiAnswer => failed(notImplemented(info.method, info.path, what));
  if (path.name === '' && info.verb !== 'create') return answerCollection(cluster, type, path, call);
  if ((type.isNamespaced && path.namespace === '') || (path.name !== '' && info.verb === 'create' && (path.subresource === '' || path.subresource === 'status'))) return failed(methodNotAllowed());
  if (path.subresource === 'status' && !type.hasStatus) return failed(noSuchResource());
  if (path.subresource === 'token' && tableOf(type) === '/serviceaccounts' && info.verb === 'create') {
    return answered(201, requestToken(cluster, tokens, type, path.namespace, path.name, call.body));
  }
  if (path.subresource === 'scale' && isScalable(type)) return answerScale(cluster, type, path, call);
  if (path.subresource === 'log' && tableOf(type) === '/pods' && info.verb === 'get') {
    const pod = cluster.store.get(tableOf(type), path.namespace, path.name);
    return pod === undefined ? failed(notFound(type, path.name)) : answerPodLog(cluster, pod, call);
  }
  const isStatus = path.subresource === 'status' && type.hasStatus;
  if (path.subresource !== '' && !isStatus) return outside(`no subresource ${path.subresource}`);
  const unfit = mediaRefusal(call) ?? optionsRefusal(call) ?? (info.query.get('fieldValidation') === 'Strict' ? strictRefusal(type, call) : undefined);
  if (unfit !== undefined) return failed(unfit);
  if (type.kind === 'CustomResourceDefinition' && stringAt(call.body, 'spec', 'conversion', 'strategy') === 'Webhook') return outside('conversion by webhooks');

  const target = writeTarget(type, path, call, isStatus);
  const shown = (code: number, result: Result<KubeObject, ApiFailure>): ApiAnswer => (result.ok ? json(code, represent(type, result.value, call.representation)) : failed(result.error));
  switch (info.verb) {
    case 'get': {
      const object = cluster.store.get(tableOf(type), path.namespace, path.name);
      return object === undefined ? failed(notFound(type, path.name)) : json(200, represent(type, object, call.representation));
    }
    case 'create':
      return shown(201, createObject(cluster, { ...target, name: '' }, call.body));
    case 'update':
      return shown(isCreatedByUpdate(target) && cluster.store.get(tableOf(type), path.namespace, path.name) === undefined ? 201 : 200, replaceObject(cluster, target, call.body));
    case 'patch':
      return answerPatch(cluster, target, call, shown, outside);
    case 'delete':
      return isStatus ? failed(methodNotAllowed()) : answerDelete(cluster, type, path, call);
    default:
      return outside(`the verb ${info.verb}`);
  }
}

function answerPatch(
  cluster: ClusterContext, target: WriteTarget, call: ApiCall, shown: (code: number, result: Result<KubeObject, ApiFailure>) => ApiAnswer, outside: (what: string) => ApiAnswer,
): ApiAnswer {
  const [media = ''] = call.contentType.split(';').map((part) => part.trim());
  switch (media) {
    case 'application/apply-patch+yaml': {
      const isNew = cluster.store.get(tableOf(target.type), target.namespace, target.name) === undefined;
      const manager = call.info.query.get('fieldManager') ?? '';
      return shown(isNew ? 201 : 200, applyObject(cluster, { ...target, fieldManager: manager }, call.body, isTrue(call.info.query.get('force'))));
    }
    case 'application/merge-patch+json':
      return shown(200, mergePatchObject(cluster, target, call.body));
    case 'application/json-patch+json':
    case 'application/strategic-merge-patch+json':
    case 'application/apply-patch+cbor':
      return outside(`patches of type ${media}`);
    default:
      return failed(unsupportedMediaType(media));
  }
}

function answerDelete(cluster: ClusterContext, type: ResourceType, path: ResourcePath, call: ApiCall): ApiAnswer {
  const uid = stringAt(call.body, 'preconditions', 'uid');
  const resourceVersion = stringAt(call.body, 'preconditions', 'resourceVersion');
  const policy = deletionPolicy(call);
  const target: DeleteTarget = {
    type,
    namespace: path.namespace,
    name: path.name,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    propagationPolicy: policy === 'Background' || policy === 'Foreground' || policy === 'Orphan' ? policy : undefined,
    dryRun: isDryRun(call),
  };
  const result = deleteObject(cluster, target);
  if (!result.ok) return failed(result.error);
  if (!result.value.isGone || SHOWN_WHEN_DELETED.has(`${type.group}/${type.kind}`)) return json(200, represent(type, result.value.object, call.representation));
  const details = { name: path.name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural, uid: result.value.object.metadata.uid };
  return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function answerScale(cluster: ClusterContext, type: ResourceType, path: ResourcePath, call: ApiCall): ApiAnswer {
  const live = cluster.store.get(tableOf(type), path.namespace, path.name);
  if (live === undefined) return failed(notFound(type, path.name));
  if (call.info.verb === 'get') return json(200, scaleOf(live));
  const isMergePatch = call.info.verb === 'patch' && call.contentType.startsWith('application/merge-patch+json');
  if (call.info.verb !== 'update' && !isMergePatch) return failed(notImplemented(call.info.method, call.info.path, 'scale other than by get, update and merge patch'));
  const result = scaleObject(cluster, writeTarget(type, path, call, false), live, call.body, isMergePatch);
  return result.ok ? json(200, scaleOf(result.value)) : failed(result.error);
}

function writeTarget(type: ResourceType, path: ResourcePath, call: ApiCall, isStatus: boolean): WriteTarget {
  const byAgent = call.userAgent.split('/')[0] ?? '';
  const fieldManager = (call.info.query.get('fieldManager') ?? (byAgent === '' ? 'unknown' : byAgent)).slice(0, 128);
  return { type, namespace: path.namespace, name: path.name, isStatus, fieldManager, dryRun: isDryRun(call) };
}

const WRITABLE_MEDIA = ['application/json', 'application/yaml'];

function mediaRefusal(call: ApiCall): ApiFailure | undefined {
  const [media = ''] = call.contentType.split(';').map((part) => part.trim());
  const isBodyOfObject = call.info.verb === 'create' || call.info.verb === 'update';
  return isBodyOfObject && !WRITABLE_MEDIA.includes(media) ? unsupportedMediaType(media) : undefined;
}

/** Strict: what the sandbox knows of the fields of a kind is held against the body. */
function strictRefusal(type: ResourceType, call: ApiCall): ApiFailure | undefined {
  const path = unknownField(type, call.body);
  const isApply = call.contentType.startsWith('application/apply-patch');
  return path === undefined || isApply ? undefined : badRequest(`${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: strict decoding error: unknown field ${JSON.stringify(path)}`);
}

function answered(code: number, result: Result<JsonObject, ApiFailure>): ApiAnswer {
  return result.ok ? json(code, result.value) : failed(result.error);
}
