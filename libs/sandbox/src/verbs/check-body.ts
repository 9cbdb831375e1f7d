import { err, ok, type JsonObject, type Result } from '#kernel';
import { badRequest, type ApiFailure } from '../http/api-failure.js';
import { isObject, objectAt, stringAt } from '../json/read-json.js';
import { undecodableField } from '../kinds/check-types.js';
import { duplicateItem } from '../managed-fields/duplicate-item.js';
import { apiVersionOf } from '../resources/resource-type.js';
import type { WriteTarget } from './write-target.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The body of a write with the identity of its URL, or why the two do not go together. */
export function checkBody(target: WriteTarget, body: JsonObject, isApply = false): Result<JsonObject, ApiFailure> {
  const { type, namespace, name } = target;
  const apiVersion = apiVersionOf(type);
  // a body that leaves out what it is, is taken for what the URL says; an apply has to say it
  const isUnsaid = !isApply && !type.isCustom && body['kind'] === undefined && body['apiVersion'] === undefined;
  if (!isUnsaid && (body['kind'] !== type.kind || body['apiVersion'] !== apiVersion)) {
    const given = `${stringAt(body, 'apiVersion') ?? ''}, Kind=${stringAt(body, 'kind') ?? ''}`;
    return err(badRequest(`the API version and kind in the data (${given}) do not match the expected ones (${apiVersion}, Kind=${type.kind})`));
  }
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  const ownNamespace = stringAt(metadata, 'namespace') ?? '';
  if (ownNamespace !== '' && ownNamespace !== namespace) {
    return err(badRequest(`the namespace of the provided object does not match the namespace sent on the request (${ownNamespace} does not match ${namespace})`));
  }
  const ownName = stringAt(metadata, 'name') ?? '';
  if (isApply && ownName === '') return err(badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`));
  if (name !== '' && ownName !== '' && ownName !== name) return err(badRequest(`the name of the object (${ownName}) does not match the name on the URL (${name})`));
  const refusal = decodingRefusal(target, body, isApply);
  if (refusal !== undefined) return err(refusal);
  const finalName = name === '' ? ownName : name;
  return ok({ ...body, apiVersion, kind: type.kind, metadata: { ...metadata, ...(finalName === '' ? {} : { name: finalName }), ...(type.isNamespaced ? { namespace } : {}) } });
}

/** Apply takes the body by its schema, which refuses unknown fields and other types with HTTP 500. The other verbs drop unknown fields, and custom resources they leave to validation. */
function decodingRefusal(target: WriteTarget, body: JsonObject, isApply: boolean): ApiFailure | undefined {
  const { type } = target;
  const twice = isApply ? duplicateItem(type.schema, body) : undefined;
  if (twice !== undefined) return untyped(target, `${twice.path}: duplicate entries for key ${twice.key}`);
  const bytes = type.group === '' && type.kind === 'Secret' ? Object.values(objectAt(body, 'data')).find((value) => typeof value === 'string' && !BASE64.test(value)) : undefined;
  if (bytes !== undefined && !isApply) return badRequest(`Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0`);
  const wrong = undecodableField(type, body);
  if (wrong === undefined || (!isApply && (wrong.isUnknown || type.isCustom))) return undefined;
  const { path, why } = wrong;
  if (!isApply) return badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: json: cannot unmarshal into field ${path.slice(1)}: ${why}`);
  return untyped(target, `${path}: ${why}`);
}

function untyped({ type, namespace, name }: WriteTarget, why: string): ApiFailure {
  const place = namespace === '' ? name : `${namespace}/${name}`;
  return { code: 500, reason: '', message: `failed to create typed patch object (${place}; ${type.group}/${type.version}, Kind=${type.kind}): ${why}` };
}
