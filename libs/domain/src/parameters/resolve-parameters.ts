import { canonicalJson, digestOf, err, ok, type Digest, type Json, type JsonObject, type Result } from '#kernel';
import type { FactValue, Facts } from '../cluster/facts.js';
import type { Labels } from '../cluster/validate-labels.js';
import { formatReference, parseTemplate, type TemplateReference } from './parse-template.js';

/** Bytes of the canonical encoding, before and after the templates are resolved. */
export const MAX_PARAMETERS_BYTES = 256 * 1024;
export const MAX_PARAMETERS_DEPTH = 32;

export interface ParameterCluster {
  readonly name: string;
  readonly labels: Labels;
  /** undefined: not reported yet. */
  readonly facts: Facts | undefined;
}

export interface ResolvedParameters {
  readonly parameters: JsonObject;
  /** Over the canonical encoding of `parameters`. */
  readonly digest: Digest;
}

/** `parameter` is where in the parameters: `ingress.hosts[0]`; empty for the whole. */
export type ParameterFailure =
  | { readonly code: 'PARAMETER_MISSING'; readonly parameter: string; readonly reference: string }
  | { readonly code: 'PARAMETER_INVALID'; readonly parameter: string; readonly template: string; readonly reason: string };

/**
 * The final values for one cluster. A text that is one template and nothing else takes the type of what it names (a fact may be a
 * number or a boolean); inside a longer text values are written out. Member names are never templates. Pure.
 */
export function resolveParameters(parameters: JsonObject, cluster: ParameterCluster): Result<ResolvedParameters, ParameterFailure> {
  const resolver = new Resolver((reference) => lookUpReference(reference, cluster));
  const resolved = resolver.object(parameters, '', 1);
  if (!resolved.ok) return resolved;
  const text = canonicalJson(resolved.value);
  if (Buffer.byteLength(text) > MAX_PARAMETERS_BYTES) return err(tooLarge());
  return ok({ parameters: resolved.value, digest: digestOf(text) });
}

/** The first thing that is wrong with parameters on any cluster (templates, depth, size), or undefined. What a cluster lacks shows only on that cluster. */
export function checkParameters(parameters: JsonObject): ParameterFailure | undefined {
  const checked = new Resolver(() => '').object(parameters, '', 1);
  if (!checked.ok) return checked.error;
  return Buffer.byteLength(canonicalJson(parameters)) > MAX_PARAMETERS_BYTES ? tooLarge() : undefined;
}

/** One walk over the values, with the bounds that hold over the whole of them. */
class Resolver {
  private characters = 0;

  constructor(private readonly valueOf: (reference: TemplateReference) => FactValue | undefined) {}

  object(value: JsonObject, at: string, depth: number): Result<JsonObject, ParameterFailure> {
    const members: [string, Json][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const resolved = this.value(member, at === '' ? name : `${at}.${name}`, depth + 1);
      if (!resolved.ok) return resolved;
      members.push([name, resolved.value]);
    }
    return ok(Object.fromEntries(members));
  }

  private value(value: Json, at: string, depth: number): Result<Json, ParameterFailure> {
    if (depth > MAX_PARAMETERS_DEPTH) return err(invalid(at, '', `more than ${MAX_PARAMETERS_DEPTH} levels deep`));
    if (typeof value === 'string') return this.text(value, at);
    if (typeof value === 'number' && !Number.isFinite(value)) return err(invalid(at, '', 'not a finite number'));
    if (value === null || typeof value !== 'object') return ok(value);
    return isList(value) ? this.list(value, at, depth) : this.object(value, at, depth);
  }

  private list(value: readonly Json[], at: string, depth: number): Result<Json, ParameterFailure> {
    const items: Json[] = [];
    for (const [index, item] of value.entries()) {
      const resolved = this.value(item, `${at}[${index}]`, depth + 1);
      if (!resolved.ok) return resolved;
      items.push(resolved.value);
    }
    return ok(items);
  }

  private text(text: string, at: string): Result<Json, ParameterFailure> {
    const parsed = parseTemplate(text);
    if (!parsed.ok) return err(invalid(at, parsed.error.template, parsed.error.reason));
    const values: FactValue[] = [];
    for (const part of parsed.value) {
      const value = part.kind === 'text' ? part.text : this.valueOf(part.reference);
      if (value === undefined) return err({ code: 'PARAMETER_MISSING', parameter: clip(at), reference: part.kind === 'text' ? '' : formatReference(part.reference) });
      values.push(value);
      this.characters += typeof value === 'string' ? value.length : 0;
      // Checked as it grows: a short template repeated thousands of times must not be written out first.
      if (this.characters > MAX_PARAMETERS_BYTES) return err(tooLarge());
    }
    const [first = ''] = values;
    return ok(values.length === 1 ? first : values.map(String).join(''));
  }
}

/** What a template names on one cluster; undefined: the cluster has it not. */
export function lookUpReference(reference: TemplateReference, cluster: ParameterCluster): FactValue | undefined {
  if (reference.kind === 'name') return cluster.name;
  if (reference.kind === 'label') return Object.hasOwn(cluster.labels, reference.key) ? cluster.labels[reference.key] : undefined;
  return cluster.facts !== undefined && Object.hasOwn(cluster.facts, reference.name) ? cluster.facts[reference.name] : undefined;
}

function invalid(at: string, template: string, reason: string): ParameterFailure {
  return { code: 'PARAMETER_INVALID', parameter: clip(at), template, reason };
}

function tooLarge(): ParameterFailure {
  return invalid('', '', `larger than ${MAX_PARAMETERS_BYTES / 1024} KiB`);
}

function clip(path: string): string {
  return path.length > 200 ? `${path.slice(0, 199)}…` : path;
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
