import { err, ok, type JsonObject, type Result } from '#kernel';
import { issuesUnder, type FieldIssue } from '../field-issue.js';
import { parseName } from '../names.js';
import { checkParameters } from '../parameters/resolve-parameters.js';
import type { Selector, SelectorOperator } from '../selector/selector.js';
import { validateSelector } from '../selector/validate-selector.js';
import { judgeRefName } from '../source/judge-ref-name.js';
import type { ApplicationSpec, DriftPolicy, Renderer, RolloutStrategyKind, SourceSpec } from './application-spec.js';
import { normalizeSourcePath } from './normalize-source-path.js';
import { helmOf, type HelmInput } from './validate-helm.js';

type Maybe<T> = T | null | undefined;

/** An application as people write it; GraphQL and YAML have the same fields. What is absent gets its default. */
export interface ApplicationInput {
  readonly source?: Maybe<{
    readonly repository?: Maybe<string>;
    readonly ref?: Maybe<string>;
    readonly path?: Maybe<string>;
    readonly renderer?: Maybe<Renderer>;
    readonly watch?: Maybe<readonly string[]>;
    readonly helm?: Maybe<HelmInput>;
  }>;
  readonly parameters?: Maybe<JsonObject>;
  readonly substitute?: Maybe<boolean>;
  readonly selector?: Maybe<SelectorInput>;
  readonly namespace?: Maybe<string>;
  readonly sync?: Maybe<{ readonly automated?: Maybe<boolean>; readonly prune?: Maybe<boolean>; readonly drift?: Maybe<DriftPolicy> }>;
  readonly strategy?: Maybe<{ readonly kind: RolloutStrategyKind }>;
}

export interface SelectorInput {
  readonly all?: Maybe<boolean>;
  readonly matchLabels?: Maybe<{ readonly [key: string]: string }>;
  readonly matchExpressions?: Maybe<readonly { readonly key: string; readonly operator: SelectorOperator; readonly values?: Maybe<readonly string[]> }[]>;
}

export const MAX_WATCHED_PATHS = 64;

const SUBSTITUTE_WITH_HELM: FieldIssue = { code: 'PARAMETER_INVALID', path: ['substitute'], message: 'A chart takes the parameters as its values: substitute is for plain YAML and Kustomize.' };

/**
 * A complete specification, or everything that is wrong with the input. Pure. Whether the repository exists is for the caller.
 * @param stored the specification before this change: a strategy that the input leaves out stays as it is
 */
export function validateApplication(input: ApplicationInput, stored?: ApplicationSpec): Result<ApplicationSpec, readonly FieldIssue[]> {
  const source = sourceOf(input);
  const selector = selectorOf(input.selector);
  const namespace = input.namespace ?? '';
  const parameters = input.parameters ?? {};
  const issues = [
    ...source.issues,
    ...issuesUnder(['selector'], validateSelector(selector)),
    ...namespaceIssues(namespace),
    ...parameterIssues(parameters),
    ...(input.substitute === true && source.spec.renderer === 'HELM' ? [SUBSTITUTE_WITH_HELM] : []),
  ];
  if (issues.length > 0) return err(issues);
  return ok({
    source: source.spec,
    parameters,
    substitute: input.substitute ?? false,
    selector,
    namespace,
    sync: { automated: input.sync?.automated ?? true, prune: input.sync?.prune ?? true, drift: input.sync?.drift ?? 'HEAL' },
    strategy: { kind: input.strategy?.kind ?? stored?.strategy.kind ?? 'ALL_AT_ONCE' },
  });
}

/** A complete selector from what was written; `validateSelector` judges it. */
export function selectorOf(input: Maybe<SelectorInput>): Selector {
  return {
    all: input?.all ?? false,
    matchLabels: { ...input?.matchLabels },
    matchExpressions: (input?.matchExpressions ?? []).map(({ key, operator, values }) => ({ key, operator, values: [...(values ?? [])] })),
  };
}

function sourceOf({ source }: ApplicationInput): { readonly spec: SourceSpec; readonly issues: readonly FieldIssue[] } {
  const repository = source?.repository ?? '';
  const ref = source?.ref ?? '';
  const path = normalizeSourcePath(source?.path ?? '');
  const watch = source?.watch ?? [];
  const watched = watch.slice(0, MAX_WATCHED_PATHS).map(normalizeSourcePath);
  const issues: FieldIssue[] = [];
  if (repository === '') issues.push({ code: 'REQUIRED', path: ['source', 'repository'], message: 'Name a repository of the project.' });
  else if (!parseName(repository).ok) issues.push({ code: 'INVALID_NAME', path: ['source', 'repository'], message: `${shown(repository)} is not the name of a repository.` });
  const refProblem = ref === '' ? undefined : judgeRefName(ref);
  if (ref === '') issues.push({ code: 'REQUIRED', path: ['source', 'ref'], message: 'Name a branch, a tag or a full ref.' });
  else if (refProblem !== undefined) issues.push({ code: 'INVALID_REF', path: ['source', 'ref'], message: `${shown(ref)}: ${refProblem}.` });
  if (!path.ok) issues.push({ code: 'INVALID_PATH', path: ['source', 'path'], message: `${shown(source?.path ?? '')}: ${path.error}.` });
  if (watch.length > MAX_WATCHED_PATHS) issues.push({ code: 'TOO_MANY', path: ['source', 'watch'], message: `At most ${MAX_WATCHED_PATHS} watched paths.` });
  for (const [index, one] of watched.entries()) {
    if (!one.ok) issues.push({ code: 'INVALID_PATH', path: ['source', 'watch', String(index)], message: `${shown(watch[index] ?? '')}: ${one.error}.` });
  }
  const paths = watched.flatMap((one) => (one.ok ? [one.value] : []));
  const helm = helmOf(source?.helm, path.ok ? path.value : '', source?.renderer ?? 'AUTO');
  const spec = { repository, ref, path: path.ok ? path.value : '', renderer: helm.renderer, watch: [...new Set(paths)], ...(helm.spec === undefined ? {} : { helm: helm.spec }) };
  return { spec, issues: [...issues, ...helm.issues] };
}

function namespaceIssues(namespace: string): readonly FieldIssue[] {
  if (namespace === '' || parseName(namespace).ok) return [];
  return [{ code: 'INVALID_NAMESPACE', path: ['namespace'], message: `${shown(namespace)} is not the name of a namespace: 1 to 63 lower-case letters, digits and dashes.` }];
}

function parameterIssues(parameters: JsonObject): readonly FieldIssue[] {
  const failure = checkParameters(parameters);
  if (failure === undefined) return [];
  const reason = failure.code === 'PARAMETER_INVALID' ? failure.reason : failure.reference;
  const template = failure.code === 'PARAMETER_INVALID' && failure.template !== '' ? `${failure.template}: ` : '';
  const at = failure.parameter === '' ? 'The parameters' : `Parameter ${failure.parameter}`;
  return [{ code: 'PARAMETER_INVALID', path: ['parameters'], message: `${at}: ${template}${reason}.` }];
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
