import { err, ok, type JsonObject, type Result } from '#kernel';
import { issuesUnder, type FieldIssue } from '../field-issue.js';
import { parseName } from '../names.js';
import { checkParameters } from '../parameters/resolve-parameters.js';
import { DEFAULT_STRATEGY, type RolloutStrategy } from '../rollout/strategy/rollout-strategy.js';
import { strategyOf, type StrategyInput } from '../rollout/strategy/validate-strategy.js';
import { selectorOf, type SelectorInput } from '../selector/selector-of.js';
import { validateSelector } from '../selector/validate-selector.js';
import type { ApplicationSpec, DriftPolicy, Renderer, SourceSpec } from './application-spec.js';
import type { FurtherSource } from './further-source.js';
import { normalizeSourcePath } from './normalize-source-path.js';
import { readSourceRef, type SourceRefInput } from './read-source-ref.js';
import { dependsOnOf } from './validate-depends-on.js';
import { furtherSourcesOf, type FurtherSourceInput } from './validate-further-sources.js';
import { helmOf, type HelmInput } from './validate-helm.js';
import { healthRulesOf, type HealthRuleInput } from './validate-health-rules.js';
import { ignoreRulesOf, type IgnoreRuleInput } from './validate-ignore-rules.js';
import { patchesOf, type PatchInput } from './validate-patches.js';
import { promotionOf, type PromotionInput } from './promotion-spec.js';

type Maybe<T> = T | null | undefined;

/** An application as people write it; GraphQL and YAML have the same fields. What is absent gets its default. */
export interface ApplicationInput {
  readonly source?: Maybe<SourceRefInput & {
    readonly repository?: Maybe<string>;
    readonly path?: Maybe<string>;
    readonly renderer?: Maybe<Renderer>;
    readonly watch?: Maybe<readonly string[]>;
    readonly helm?: Maybe<HelmInput>;
  }>;
  readonly sources?: Maybe<readonly FurtherSourceInput[]>;
  readonly parameters?: Maybe<JsonObject>;
  readonly substitute?: Maybe<boolean>;
  readonly selector?: Maybe<SelectorInput>;
  readonly namespace?: Maybe<string>;
  readonly patches?: Maybe<readonly PatchInput[]>;
  readonly dependsOn?: Maybe<readonly string[]>;
  readonly promoteFrom?: Maybe<PromotionInput>;
  readonly health?: Maybe<readonly HealthRuleInput[]>;
  readonly sync?: Maybe<{ readonly automated?: Maybe<boolean>; readonly prune?: Maybe<boolean>; readonly drift?: Maybe<DriftPolicy>; readonly ignore?: Maybe<readonly IgnoreRuleInput[]> }>;
  readonly strategy?: Maybe<StrategyInput>;
}

export const MAX_WATCHED_PATHS = 64;

const SUBSTITUTE_WITH_HELM: FieldIssue = { code: 'PARAMETER_INVALID', path: ['substitute'], message: 'A chart takes the parameters as its values: substitute is for plain YAML and Kustomize.' };

/**
 * A complete specification, or everything that is wrong with the input. Pure. Whether the repository exists is for the caller.
 * @param stored the specification before this change: a strategy that the input leaves out stays as it is
 */
export function validateApplication(input: ApplicationInput, stored?: ApplicationSpec): Result<ApplicationSpec, readonly FieldIssue[]> {
  const sources = furtherSourcesOf(input.sources);
  const source = sourceOf(input, sources.value);
  const selector = selectorOf(input.selector);
  const namespace = input.namespace ?? '';
  const parameters = input.parameters ?? {};
  const patches = patchesOf(input.patches);
  const dependsOn = dependsOnOf(input.dependsOn);
  const promotion = promotionOf(input.promoteFrom);
  const health = healthRulesOf(input.health);
  const ignore = ignoreRulesOf(input.sync?.ignore);
  const strategy = strategyIn(input, stored?.strategy);
  const issues = [
    ...source.issues,
    ...sources.issues,
    ...issuesUnder(['selector'], validateSelector(selector)),
    ...namespaceIssues(namespace),
    ...parameterIssues(parameters),
    ...patches.issues,
    ...dependsOn.issues,
    ...promotion.issues,
    ...health.issues,
    ...ignore.issues,
    ...strategy.issues,
    ...(input.substitute === true && source.spec.renderer === 'HELM' ? [SUBSTITUTE_WITH_HELM] : []),
  ];
  if (issues.length > 0) return err(issues);
  return ok({
    source: source.spec,
    ...present('sources', sources.value),
    parameters,
    substitute: input.substitute ?? false,
    selector,
    namespace,
    ...present('patches', patches.value),
    ...present('dependsOn', dependsOn.value),
    ...(promotion.value === undefined ? {} : { promoteFrom: promotion.value }),
    ...present('health', health.value),
    sync: { automated: input.sync?.automated ?? true, prune: input.sync?.prune ?? true, drift: input.sync?.drift ?? 'HEAL', ...present('ignore', ignore.value) },
    strategy: strategy.value,
  });
}

/** What is left out stays as it is; what was never said is the careful default. */
function strategyIn({ strategy }: ApplicationInput, stored: RolloutStrategy | undefined): { readonly value: RolloutStrategy; readonly issues: readonly FieldIssue[] } {
  if (strategy === null || strategy === undefined) return { value: stored ?? DEFAULT_STRATEGY, issues: [] };
  const { value, issues } = strategyOf(strategy);
  return { value, issues: issuesUnder(['strategy'], issues) };
}

/** Nothing said and an empty list are the same, and are not stored. */
function present<K extends string, T>(key: K, list: readonly T[]): { readonly [P in K]?: readonly T[] } {
  return list.length === 0 ? {} : ({ [key]: list } as { readonly [P in K]: readonly T[] });
}

function sourceOf({ source }: ApplicationInput, sources: readonly FurtherSource[]): { readonly spec: SourceSpec; readonly issues: readonly FieldIssue[] } {
  const repository = source?.repository ?? '';
  const followed = readSourceRef(source);
  const { chart } = followed.value;
  const path = normalizeSourcePath(source?.path ?? '');
  const watch = source?.watch ?? [];
  const watched = watch.slice(0, MAX_WATCHED_PATHS).map(normalizeSourcePath);
  const issues: FieldIssue[] = [];
  if (repository === '') issues.push({ code: 'REQUIRED', path: ['source', 'repository'], message: 'Name a repository of the project.' });
  else if (!parseName(repository).ok) issues.push({ code: 'INVALID_NAME', path: ['source', 'repository'], message: `${shown(repository)} is not the name of a repository.` });
  issues.push(...issuesUnder(['source'], followed.issues));
  if (!path.ok) issues.push({ code: 'INVALID_PATH', path: ['source', 'path'], message: `${shown(source?.path ?? '')}: ${path.error}.` });
  if (chart !== undefined && path.ok && path.value !== '') issues.push({ code: 'INVALID_PATH', path: ['source', 'path'], message: 'A chart that is named has no path: leave it out.' });
  if (watch.length > MAX_WATCHED_PATHS) issues.push({ code: 'TOO_MANY', path: ['source', 'watch'], message: `At most ${MAX_WATCHED_PATHS} watched paths.` });
  for (const [index, one] of watched.entries()) {
    if (!one.ok) issues.push({ code: 'INVALID_PATH', path: ['source', 'watch', String(index)], message: `${shown(watch[index] ?? '')}: ${one.error}.` });
  }
  const paths = watched.flatMap((one) => (one.ok ? [one.value] : []));
  const helm = helmOf(source?.helm ?? (chart === undefined ? undefined : {}), path.ok ? path.value : '', source?.renderer ?? 'AUTO', sources);
  const spec = { repository, ...followed.value, path: path.ok ? path.value : '', renderer: helm.renderer, watch: [...new Set(paths)], ...(helm.spec === undefined ? {} : { helm: helm.spec }) };
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
