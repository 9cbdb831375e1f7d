import { err, ok, type Json, type JsonObject, type Result } from '#kernel';
import { isJsonList, isJsonObject } from '../json/read-json.js';

export interface SubstitutionFailure {
  readonly code: 'PARAMETER_MISSING' | 'PARAMETER_INVALID';
  readonly parameter: string;
  /** Where it is asked for: `spec.replicas`, `spec.containers[0].image`. */
  readonly path: string;
}

const REFERENCE = /\$?\$\{([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)\}/g;
const TEXT_PARENTS = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector', 'args', 'command', 'stringData', 'binaryData']);

/**
 * Puts parameters into the `${name}` of a parsed document: into its texts, not into YAML, so that no value can add a key or
 * an object. A text that is one reference takes the parameter with its type, except where Kubernetes wants text (labels,
 * annotations, arguments, environment, ConfigMap data). `${a.b}` reaches into mappings, `$${name}` is a literal `${name}`,
 * other uses of `$` stay as they are. Values are put in once and not searched again. Pure.
 */
export function substituteParameters(document: Json, parameters: JsonObject): Result<Json, SubstitutionFailure> {
  let failure: SubstitutionFailure | undefined;
  const isData = isJsonObject(document) && (document['kind'] === 'ConfigMap' || document['kind'] === 'Secret');

  const visit = (value: Json, path: string, wantsText: boolean): Json => {
    if (typeof value === 'string') return replace(value, path, wantsText);
    if (isJsonList(value)) return value.map((item, index) => visit(item, `${path}[${index}]`, wantsText));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        const text = wantsText || TEXT_PARENTS.has(key) || (isData && path === '' && key === 'data') || (key === 'value' && /(^|\.)env\[\d+\]$/.test(path));
        return [key, member === undefined ? undefined : visit(member, path === '' ? key : `${path}.${key}`, text)];
      }),
    );
  };

  const replace = (text: string, path: string, wantsText: boolean): Json => {
    const whole = /^\$\{([^{}]*)\}$/.exec(text);
    if (whole !== null && !wantsText && text.match(REFERENCE)?.[0] === text) return look(whole[1] ?? '', path) ?? null;
    return text.replace(REFERENCE, (match, name: string) => (match.startsWith('$$') ? match.slice(1) : asText(look(name, path), name, path)));
  };

  const look = (name: string, path: string): Json | undefined => {
    const value = lookUp(parameters, name);
    if (value === undefined) failure ??= { code: 'PARAMETER_MISSING', parameter: name, path };
    return value;
  };

  const asText = (value: Json | undefined, parameter: string, path: string): string => {
    if (typeof value === 'object') failure ??= { code: 'PARAMETER_INVALID', parameter, path };
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  };

  const substituted = visit(document, '', false);
  return failure === undefined ? ok(substituted) : err(failure);
}

function lookUp(parameters: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(parameters, name)) return parameters[name];
  let value: Json | undefined = parameters;
  for (const part of name.split('.')) value = isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return value;
}
