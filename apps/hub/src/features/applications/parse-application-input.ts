import { err, ok, type JsonObject, type Result } from '#kernel';
import type { ApplicationInput, FieldIssue } from '#domain';
import type { ApplicationSpecInput } from './application-input.graphql.js';

/** GraphQL says of JSON fields nothing but that they are JSON: here they become what the domain judges. */
export function parseApplicationInput(input: ApplicationSpecInput): Result<ApplicationInput, readonly FieldIssue[]> {
  const parameters = input.parameters ?? {};
  const matchLabels = input.selector.matchLabels ?? {};
  const issues: FieldIssue[] = [];
  if (!isObject(parameters)) issues.push({ code: 'PARAMETER_INVALID', path: ['spec', 'parameters'], message: 'Parameters are an object.' });
  if (!isTexts(matchLabels)) issues.push({ code: 'SELECTOR_INVALID', path: ['spec', 'selector', 'matchLabels'], message: 'matchLabels is an object of texts.' });
  if (!isObject(parameters) || !isTexts(matchLabels)) return err(issues);
  const { source, substitute, selector, namespace, sync, strategy } = input;
  return ok({ source: { ...source }, parameters, substitute, namespace, sync, strategy, selector: { all: selector.all, matchLabels, matchExpressions: selector.matchExpressions } });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is { readonly [key: string]: string } {
  return isObject(value) && Object.values(value).every((member) => typeof member === 'string');
}
