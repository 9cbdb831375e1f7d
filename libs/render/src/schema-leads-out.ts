import { isJsonList, isJsonObject } from '#domain';
import type { Json } from '#kernel';
import { decodeUtf8 } from './parse-source-file.js';

const REFERENCES: readonly string[] = ['$ref', '$dynamicRef', '$recursiveRef'];

/** Whether a JSON schema names another document: a URL, a file, or a dialect that would have to be fetched. What is no JSON names nothing. */
export function schemaLeadsOut(content: Uint8Array): boolean {
  const open: Json[] = [parseJson(content)];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (isJsonList(at)) for (const item of at) open.push(item);
    if (!isJsonObject(at)) continue;
    for (const [name, value] of Object.entries(at)) {
      if (typeof value === 'string' && REFERENCES.includes(name) && !value.startsWith('#')) return true;
      if (typeof value === 'string' && name === '$schema' && !/^https?:\/\/json-schema\.org\//.test(value)) return true;
      open.push(value ?? null);
    }
  }
  return false;
}

/** null where it is no JSON: helm says so. */
function parseJson(content: Uint8Array): Json {
  try {
    return JSON.parse(decodeUtf8(content) ?? 'null') as Json;
  } catch {
    return null;
  }
}
