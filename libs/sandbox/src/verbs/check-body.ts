import { err, ok, type JsonObject, type Result } from '#kernel';
import { badRequest, type ApiFailure } from '../http/api-failure.js';
import { isObject, stringAt } from '../json/read-json.js';
import { undecodableField } from '../kinds/check-types.js';
import { apiVersionOf } from '../resources/resource-type.js';
import type { WriteTarget } from './write-target.js';

/** The body of a write with the identity of its URL, or why the two do not go together. */
export function checkBody(target: WriteTarget, body: JsonObject, isApply = false): Result<JsonObject, ApiFailure> {
  const { type, namespace, name } = target;
  const apiVersion = apiVersionOf(type);
  if (body['kind'] !== type.kind || body['apiVersion'] !== apiVersion) {
    const given = `${stringAt(body, 'apiVersion') ?? ''}, Kind=${stringAt(body, 'kind') ?? ''}`;
    return err(badRequest(`the API version and kind in the data (${given}) do not match the expected ones (${apiVersion}, Kind=${type.kind})`));
  }
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  const ownNamespace = stringAt(metadata, 'namespace') ?? '';
  if (ownNamespace !== '' && ownNamespace !== namespace) {
    return err(badRequest(`the namespace of the provided object does not match the namespace sent on the request (${ownNamespace} does not match ${namespace})`));
  }
  const ownName = stringAt(metadata, 'name') ?? '';
  if (name !== '' && ownName !== '' && ownName !== name) return err(badRequest(`the name of the object (${ownName}) does not match the name on the URL (${name})`));
  const refusal = decodingRefusal(target, body, isApply);
  if (refusal !== undefined) return err(refusal);
  const finalName = name === '' ? ownName : name;
  return ok({ ...body, metadata: { ...metadata, ...(finalName === '' ? {} : { name: finalName }), ...(type.isNamespaced ? { namespace } : {}) } });
}

/** Apply takes the body by its schema, which refuses unknown fields and other types with HTTP 500. The other verbs drop unknown fields, and custom resources they leave to validation. */
function decodingRefusal(target: WriteTarget, body: JsonObject, isApply: boolean): ApiFailure | undefined {
  const { type, namespace, name } = target;
  const wrong = undecodableField(type, body);
  if (wrong === undefined || (!isApply && (wrong.isUnknown || type.isCustom))) return undefined;
  const { path, why } = wrong;
  if (!isApply) return badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: json: cannot unmarshal into field ${path.slice(1)}: ${why}`);
  const place = namespace === '' ? name : `${namespace}/${name}`;
  return { code: 500, reason: '', message: `failed to create typed patch object (${place}; ${type.group}/${type.version}, Kind=${type.kind}): ${path}: ${why}` };
}
