import { err, ok, type JsonObject, type Result } from '#kernel';
import type { ApplicationInput, FieldIssue, StageInput } from '#domain';
import type { ApplicationSpecInput } from './application-input.graphql.js';
import { selectorIn } from './parse-selector-input.js';
import type { StageSpecInput } from './strategy-input.graphql.js';

/** GraphQL says of JSON fields nothing but that they are JSON: here they become what the domain judges. */
export function parseApplicationInput(input: ApplicationSpecInput): Result<ApplicationInput, readonly FieldIssue[]> {
  const parameters = input.parameters ?? {};
  const issues: FieldIssue[] = [];
  if (!isObject(parameters)) issues.push({ code: 'PARAMETER_INVALID', path: ['spec', 'parameters'], message: 'Parameters are an object.' });
  const selector = selectorIn(input.selector, ['spec', 'selector'], issues);
  const patches = (input.patches ?? []).map(({ clusters, ...patch }, index) => ({
    ...patch, ...(clusters === null || clusters === undefined ? {} : { clusters: selectorIn(clusters, ['spec', 'patches', String(index), 'clusters'], issues) }),
  }));
  const stages = (input.strategy?.stages ?? []).map((stage, index) => stageIn(stage, ['spec', 'strategy', 'stages', String(index)], issues));
  if (!isObject(parameters) || issues.length > 0) return err(issues);
  const { source, sources, substitute, namespace, sync, dependsOn, promoteFrom, health } = input;
  const strategy = input.strategy === null || input.strategy === undefined ? undefined : { ...input.strategy, stages };
  return ok({ source: { ...source }, sources, parameters, substitute, namespace, sync, strategy, selector, patches, dependsOn, promoteFrom, health });
}

function stageIn(stage: StageSpecInput, path: readonly string[], issues: FieldIssue[]): StageInput {
  const selector = selectorIn(stage.selector, [...path, 'selector'], issues);
  return { ...stage, selector, before: gatesIn(stage.before, [...path, 'before'], issues), after: gatesIn(stage.after, [...path, 'after'], issues) };
}

function gatesIn(gates: StageSpecInput['before'], path: readonly string[], issues: FieldIssue[]): StageInput['before'] {
  return gates?.map(({ rollout, ...gate }, index) => {
    if (rollout === null || rollout === undefined) return gate;
    const { clusters, ...rest } = rollout;
    return { ...gate, rollout: clusters === null || clusters === undefined ? rest : { ...rest, clusters: selectorIn(clusters, [...path, String(index), 'rollout', 'clusters'], issues) } };
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
