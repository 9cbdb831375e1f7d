import { formatGlobalId, REASON_ADVICE, REASON_CODES, type ApplicationSpec, type DriftPolicy, type ReasonCode, type Renderer } from '#domain';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, graphqlEnum, JsonScalar, MutationPayload, NodeType } from '../../platform/api/index.js';
import { DriftPolicyEnum, RendererEnum } from './application-input.graphql.js';
import { HealthRuleType, IgnoreRuleType, PatchType, toHealthRuleType, toIgnoreRuleType, toPatchType } from './application-policy.graphql.js';
import { PromotionSourceType, toPromotionSourceType } from './promotion.graphql.js';
import { SelectorType, toSelectorType } from './selector.graphql.js';
import { RolloutStrategyType, toStrategyType } from './strategy.graphql.js';
import type { ApplicationView, RevisionView } from './applications.read-model.js';

export const ReasonCodeEnum = graphqlEnum('ReasonCode', 'Why something is in the state it is in. Stable; added to, never renamed.', REASON_CODES, (code) => REASON_ADVICE[code]);
const ApplicationStateEnum = graphqlEnum<'ACTIVE' | 'DELETING' | 'DELETED'>('ApplicationState', 'The life of an application.', ['ACTIVE', 'DELETING', 'DELETED'], (state) =>
  ({ ACTIVE: 'It runs.', DELETING: 'Its targets are being removed.', DELETED: 'It is gone; only its history is left.' })[state],
);

@ObjectType('HelmSource', { description: 'What a chart is rendered with, besides the parameters, which are its values.' })
export class HelmSourceType {
  @Field(() => [String], { description: 'Values files of the repository, named from `path`; later ones win, and parameters win over all.' }) valuesFiles!: string[];
  @Field(() => String, { description: 'Name of the release; empty: the name of the application.' }) releaseName!: string;
  @Field(() => Boolean, { description: 'true: hooks of install and upgrade are left out. false: a chart that has one is refused.' }) skipHooks!: boolean;
}

@ObjectType('ApplicationSource', { description: 'Where the content comes from.' })
export class ApplicationSourceType {
  @Field(() => String, { description: 'Name of the repository.' }) repository!: string;
  @Field(() => String, { description: 'What is followed: branch, tag or full ref of Git; else chart and version or tag, such as `podinfo@6.x`.' }) ref!: string;
  @Field(() => String, { nullable: true, description: 'Name of the chart; null where a path is rendered.' }) chart!: string | null;
  @Field(() => String, { nullable: true, description: 'Version or range as it was written; null where a ref was.' }) version!: string | null;
  @Field(() => String, { description: 'Directory inside the repository; empty for its root.' }) path!: string;
  @Field(() => RendererEnum, { description: 'How the path becomes objects.' }) renderer!: Renderer;
  @Field(() => [String], { description: 'Further paths whose change makes a release.' }) watch!: string[];
  @Field(() => HelmSourceType, { nullable: true, description: 'For charts; null: every default.' }) helm!: HelmSourceType | null;
}

@ObjectType('SyncPolicy', { description: 'How what runs follows Git.' })
export class SyncPolicyType {
  @Field(() => Boolean, { description: 'false: a new release waits for `syncApplication`.' }) automated!: boolean;
  @Field(() => Boolean, { description: 'false: what is no longer declared stays, and is listed.' }) prune!: boolean;
  @Field(() => DriftPolicyEnum, { description: 'What is done about drift.' }) drift!: DriftPolicy;
  @Field(() => [IgnoreRuleType], { description: 'What is not drift.' }) ignore!: IgnoreRuleType[];
}

@ObjectType('FurtherSource', { description: 'A place from which values files come besides, named as `$name/path`.' })
export class FurtherSourceType {
  @Field(() => String, { description: 'Its name in the application.' }) name!: string;
  @Field(() => String, { description: 'Name of the repository.' }) repository!: string;
  @Field(() => String, { description: 'What is followed, as in `source`.' }) ref!: string;
  @Field(() => String, { nullable: true, description: 'Name of the chart.' }) chart!: string | null;
  @Field(() => String, { nullable: true, description: 'Version or range as it was written.' }) version!: string | null;
  @Field(() => String, { description: 'Directory from which its files are named.' }) path!: string;
  @Field(() => [String], { description: 'Paths, besides the values files, whose change makes a release.' }) watch!: string[];
}

@ObjectType('ApplicationSpec', { description: 'What to run and where, with every default filled in.' })
export class ApplicationSpecType {
  @Field(() => ApplicationSourceType, { description: 'Where the content comes from.' }) source!: ApplicationSourceType;
  @Field(() => [FurtherSourceType], { description: 'From where values files come besides.' }) sources!: FurtherSourceType[];
  @Field(() => JsonScalar, { description: 'Values, with their templates.' }) parameters!: unknown;
  @Field(() => Boolean, { description: 'Whether parameters are put into `${name}` of rendered objects.' }) substitute!: boolean;
  @Field(() => SelectorType, { description: 'Which clusters.' }) selector!: SelectorType;
  @Field(() => [PatchType], { description: 'Put on what was rendered, in this order.' }) patches!: PatchType[];
  @Field(() => [String], { description: 'Applications of the same project that must be healthy on a cluster before this one is applied there.' }) dependsOn!: string[];
  @Field(() => PromotionSourceType, { nullable: true, description: 'From where commits of the hub bring its content; null: from nowhere.' }) promoteFrom!: PromotionSourceType | null;
  @Field(() => [HealthRuleType], { description: 'Health of kinds, before the built-in rules.' }) health!: HealthRuleType[];
  @Field(() => String, { description: 'Namespace of objects that name none; empty for none.' }) namespace!: string;
  @Field(() => SyncPolicyType, { description: 'How what runs follows Git.' }) sync!: SyncPolicyType;
  @Field(() => RolloutStrategyType, { description: 'How a release moves over the targets.' }) strategy!: RolloutStrategyType;
}

@ObjectType('ApplicationRevision', { implements: () => [NodeType], description: 'What an application said at one time. Never changes.' })
export class ApplicationRevisionType extends NodeType {
  @Field(() => Int, { description: 'From 1, without gaps.' }) number!: number;
  @Field(() => ApplicationSpecType, { description: 'What it said.' }) spec!: ApplicationSpecType;
  @Field(() => DateTime, { description: 'When it was made.' }) createdAt!: Date;
  @Field(() => String, { nullable: true, description: 'Who made it.' }) createdBy!: string | null;
}

@ObjectType('Application', { implements: () => [NodeType], description: 'What to run on which clusters.' })
export class ApplicationType extends NodeType {
  @Field(() => String, { description: 'Unique in its project.' }) name!: string;
  @Field(() => ApplicationRevisionType, { description: 'What it says now.' }) revision!: ApplicationRevisionType;
  @Field(() => ApplicationStateEnum, { description: 'Its life.' }) state!: 'ACTIVE' | 'DELETING' | 'DELETED';
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why its newest content is not released; null when nothing is wrong.' }) reason!: ReasonCode | null;
  @Field(() => String, { nullable: true, description: 'The reason, for people.' }) message!: string | null;
  @Field(() => String, { nullable: true, description: 'What to do about it.' }) advice!: string | null;
  @Field(() => Int, { description: 'Rises with every change.' }) version!: number;
  @Field(() => DateTime, { description: 'When it was created.' }) createdAt!: Date;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly application: string; readonly project: string; readonly currentRelease: string | undefined };
}

@ObjectType({ description: 'A page of a list of Application.' })
export class ApplicationConnection extends connectionType('Application', () => ApplicationType) {}

@ObjectType({ description: 'The new application.' })
export class CreateApplicationPayload extends MutationPayload {
  @Field(() => ApplicationType, { nullable: true, description: 'The application; null when refused.' }) application!: ApplicationType | null;
}
@ObjectType({ description: 'The changed application.' })
export class UpdateApplicationPayload extends MutationPayload {
  @Field(() => ApplicationType, { nullable: true, description: 'The application; null when refused.' }) application!: ApplicationType | null;
}
@ObjectType({ description: 'The application on its way out.' })
export class DeleteApplicationPayload extends MutationPayload {
  @Field(() => ApplicationType, { nullable: true, description: 'The application; null when refused.' }) application!: ApplicationType | null;
}

export function toRevisionType(revision: RevisionView): ApplicationRevisionType {
  return {
    id: formatGlobalId('ApplicationRevision', revision.id), number: revision.number, spec: toSpecType(revision.spec), createdAt: revision.createdAt, createdBy: revision.createdBy ?? null,
  };
}

export function toApplicationType(view: ApplicationView): ApplicationType {
  const { reason } = view;
  return {
    id: formatGlobalId('Application', view.id), name: view.name, revision: toRevisionType(view.revision), state: view.state, reason: reason ?? null, message: view.message ?? null,
    advice: reason === undefined ? null : REASON_ADVICE[reason], version: view.version, createdAt: view.createdAt,
    key: { application: view.id, project: view.project, currentRelease: view.currentRelease },
  };
}

function toSpecType({ source, sources = [], parameters, substitute, selector, namespace, sync, strategy, patches = [], dependsOn = [], promoteFrom, health = [] }: ApplicationSpec): ApplicationSpecType {
  return {
    source: { ...source, chart: source.chart ?? null, version: source.version ?? null, watch: [...source.watch], helm: source.helm === undefined ? null : { ...source.helm, valuesFiles: [...source.helm.valuesFiles] } }, parameters, substitute, namespace,
    sources: sources.map((one) => ({ ...one, chart: one.chart ?? null, version: one.version ?? null, watch: [...one.watch] })),
    sync: { ...sync, ignore: (sync.ignore ?? []).map(toIgnoreRuleType) }, strategy: toStrategyType(strategy), selector: toSelectorType(selector),
    patches: patches.map(toPatchType), dependsOn: [...dependsOn],
    promoteFrom: promoteFrom === undefined ? null : toPromotionSourceType(promoteFrom), health: health.map(toHealthRuleType),
  };
}
