import { parse as parseYaml } from 'yaml';
import { err, ok, type JsonObject, type Result } from '#kernel';
import { badRequest, type ApiFailure } from './api-failure.js';

/** The body as one JSON object; YAML is taken where the content type says so (apply). An empty body is an empty object. */
export function parseBody(text: string, contentType: string): Result<JsonObject, ApiFailure> {
  // A list of operations, which nobody here reads: the patch is refused by its type.
  if (text.trim() === '' || contentType.startsWith('application/json-patch')) return ok({});
  const value = readJson(text) ?? (contentType.includes('yaml') ? readYaml(text) : undefined);
  return isJsonObject(value) ? ok(value) : err(badRequest('the body of the request is not one JSON object'));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
