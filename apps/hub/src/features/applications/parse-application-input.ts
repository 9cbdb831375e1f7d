import { err, ok, type JsonObject, type Result } from '#kernel';
import type { ApplicationInput, FieldIssue, SelectorInput } from '#domain';
import type { ApplicationSpecInput } from './application-input.graphql.js';
import type { SelectorSpecInput } from './selector-input.graphql.js';

/** GraphQL says of JSON fields nothing but that they are JSON: here they become what the domain judges. */
export function parseApplicationInput(input: ApplicationSpecInput): Result<ApplicationInput, readonly FieldIssue[]> {
  const parameters = input.parameters ?? {};
  const issues: FieldIssue[] = [];
  if (!isObject(parameters)) issues.push({ code: 'PARAMETER_INVALID', path: ['spec', 'parameters'], message: 'Parameters are an object.' });
  const selector = selectorIn(input.selector, ['spec', 'selector'], issues);
  const patches = (input.patches ?? []).map(({ clusters, ...patch }, index) => ({
    ...patch, ...(clusters === null || clusters === undefined ? {} : { clusters: selectorIn(clusters, ['spec', 'patches', String(index), 'clusters'], issues) }),
  }));
  const stages = (input.strategy?.stages ?? []).map((stage, index) => ({ ...stage, selector: selectorIn(stage.selector, ['spec', 'strategy', 'stages', String(index), 'selector'], issues) }));
  if (!isObject(parameters) || issues.length > 0) return err(issues);
  const { source, sources, substitute, namespace, sync, dependsOn, health } = input;
  const strategy = input.strategy === null || input.strategy === undefined ? undefined : { ...input.strategy, stages };
  return ok({ source: { ...source }, sources, parameters, substitute, namespace, sync, strategy, selector, patches, dependsOn, health });
}

function selectorIn(input: SelectorSpecInput, path: readonly string[], issues: FieldIssue[]): SelectorInput {
  const matchLabels = input.matchLabels ?? {};
  const isRead = isTexts(matchLabels);
  if (!isRead) issues.push({ code: 'SELECTOR_INVALID', path: [...path, 'matchLabels'], message: 'matchLabels is an object of texts.' });
  return { all: input.all, matchLabels: isRead ? matchLabels : {}, matchExpressions: input.matchExpressions };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is { readonly [key: string]: string } {
  return isObject(value) && Object.values(value).every((member) => typeof member === 'string');
}
