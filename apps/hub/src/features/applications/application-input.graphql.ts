import type { DriftPolicy, Renderer } from '#domain';
import { Field, InputType, Int } from '@nestjs/graphql';
import { graphqlEnum, JsonScalar, MutationInput } from '../../platform/api/index.js';
import { HealthRuleInput, IgnoreRuleInput, PatchInput } from './application-policy-input.graphql.js';
import { PromotionSourceInput } from './promotion.graphql.js';
import { SelectorSpecInput } from './selector-input.graphql.js';
import { RolloutStrategyInput } from './strategy-input.graphql.js';

export const RendererEnum = graphqlEnum<Renderer>('Renderer', 'How a path becomes Kubernetes objects.', ['AUTO', 'PLAIN', 'KUSTOMIZE', 'HELM'], (value) =>
  ({
    AUTO: 'Kustomize where there is a kustomization, else Helm where there is a Chart.yaml, else plain YAML; with `helm` always Helm.',
    PLAIN: 'Every YAML file of the directory.', KUSTOMIZE: 'kustomize build.', HELM: 'helm template.',
  })[value],
);
export const DriftPolicyEnum = graphqlEnum<DriftPolicy>('DriftPolicy', 'What an agent does about drift.', ['HEAL', 'REPORT'], (value) =>
  ({ HEAL: 'Puts back what was applied.', REPORT: 'Shows it and leaves it.' })[value],
);
export const RemovalModeEnum = graphqlEnum<'DELETE' | 'ORPHAN'>('RemovalMode', 'What becomes of the objects of a target that is removed.', ['DELETE', 'ORPHAN'], (value) =>
  ({ DELETE: 'The agent deletes what it applied.', ORPHAN: 'The agent lets go, and everything stays as it is.' })[value],
);

@InputType({ description: 'What a chart is rendered with, besides the parameters, which are its values.' })
export class HelmSourceInput {
  @Field(() => [String], { nullable: true, description: 'Values files of the repository, named from `path`; later ones win, and parameters win over all.' }) valuesFiles?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Name of the release; absent: the name of the application.' }) releaseName?: string | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'true: hooks of install and upgrade are left out. false: a chart that has one is refused.' }) skipHooks?: boolean | null;
}

@InputType({ description: 'Where the content comes from.' })
export class ApplicationSourceInput {
  @Field(() => String, { description: 'Name of a repository of the project.' }) repository!: string;
  @Field(() => String, { nullable: true, description: 'Of Git: branch, tag or full ref; a branch goes before a tag of the same name. Of a registry: a tag, or the digest of a manifest.' }) ref?: string | null;
  @Field(() => String, { nullable: true, description: 'Name of a chart, in a registry or chart repository.' }) chart?: string | null;
  @Field(() => String, { nullable: true, description: 'Version of the chart or artifact, or a range such as `6.x`: the highest version in it. In place of `ref`.' }) version?: string | null;
  @Field(() => String, { nullable: true, description: 'Directory inside the repository or artifact; absent: its root.' }) path?: string | null;
  @Field(() => RendererEnum, { nullable: true, defaultValue: 'AUTO', description: 'How the path becomes objects.' }) renderer?: Renderer | null;
  @Field(() => [String], { nullable: true, description: 'Further paths whose change makes a release.' }) watch?: string[] | null;
  @Field(() => HelmSourceInput, { nullable: true, description: 'For charts. With it, AUTO means HELM.' }) helm?: HelmSourceInput | null;
}

@InputType({ description: 'A place from which values files come besides; `helm.valuesFiles` names them as `$name/path`.' })
export class FurtherSourceInput {
  @Field(() => String, { description: 'Its name in this application.' }) name!: string;
  @Field(() => String, { description: 'Name of a repository of the project.' }) repository!: string;
  @Field(() => String, { nullable: true, description: 'As in `source`.' }) ref?: string | null;
  @Field(() => String, { nullable: true, description: 'As in `source`.' }) chart?: string | null;
  @Field(() => String, { nullable: true, description: 'As in `source`.' }) version?: string | null;
  @Field(() => String, { nullable: true, description: 'Directory from which its files are named; absent: its root.' }) path?: string | null;
  @Field(() => [String], { nullable: true, description: 'Paths, besides the values files, whose change makes a release.' }) watch?: string[] | null;
}

@InputType({ description: 'How what runs follows Git.' })
export class SyncPolicyInput {
  @Field(() => Boolean, { nullable: true, defaultValue: true, description: 'false: a new release waits for `syncApplication`.' }) automated?: boolean | null;
  @Field(() => Boolean, { nullable: true, defaultValue: true, description: 'false: what is no longer declared stays, and is listed.' }) prune?: boolean | null;
  @Field(() => DriftPolicyEnum, { nullable: true, defaultValue: 'HEAL', description: 'What is done about drift.' }) drift?: DriftPolicy | null;
  @Field(() => [IgnoreRuleInput], { nullable: true, description: 'What is not drift.' }) ignore?: IgnoreRuleInput[] | null;
}

@InputType({ description: 'An application, with the fields and names of its YAML.' })
export class ApplicationSpecInput {
  @Field(() => ApplicationSourceInput, { description: 'Where the content comes from.' }) source!: ApplicationSourceInput;
  @Field(() => [FurtherSourceInput], { nullable: true, description: 'From where values files come besides.' }) sources?: FurtherSourceInput[] | null;
  @Field(() => JsonScalar, { nullable: true, description: 'Values; texts may hold templates such as `{{ cluster.labels.size }}`.' }) parameters?: unknown;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Put parameters into `${name}` of the rendered objects.' }) substitute?: boolean | null;
  @Field(() => SelectorSpecInput, { description: 'Which clusters.' }) selector!: SelectorSpecInput;
  @Field(() => [PatchInput], { nullable: true, description: 'Put on what was rendered, in this order.' }) patches?: PatchInput[] | null;
  @Field(() => [String], { nullable: true, description: 'Applications of the same project that must be healthy on a cluster before this one is applied there.' }) dependsOn?: string[] | null;
  @Field(() => PromotionSourceInput, { nullable: true, description: 'From where commits of the hub bring its content.' }) promoteFrom?: PromotionSourceInput | null;
  @Field(() => [HealthRuleInput], { nullable: true, description: 'Health of kinds, before the built-in rules.' }) health?: HealthRuleInput[] | null;
  @Field(() => String, { nullable: true, description: 'Namespace of objects that name none; created if missing.' }) namespace?: string | null;
  @Field(() => SyncPolicyInput, { nullable: true, description: 'How what runs follows Git.' }) sync?: SyncPolicyInput | null;
  @Field(() => RolloutStrategyInput, { nullable: true, description: 'Absent: one cluster, then 20 %, then the rest; on update: stays as it is.' }) strategy?: RolloutStrategyInput | null;
}

@InputType({ isAbstract: true })
abstract class OfApplicationInput extends MutationInput {
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Name of the project.' }) project?: string | null;
  @Field(() => String, { description: 'Name of the application.' }) name!: string;
}

@InputType({ description: 'A new application.' })
export class CreateApplicationInput extends OfApplicationInput {
  @Field(() => ApplicationSpecInput, { description: 'What to run, and where.' }) spec!: ApplicationSpecInput;
}

@InputType({ description: 'A new revision of an application.' })
export class UpdateApplicationInput extends OfApplicationInput {
  @Field(() => ApplicationSpecInput, { description: 'The complete specification.' }) spec!: ApplicationSpecInput;
  @Field(() => Int, { nullable: true, description: 'Refuse when the application has another version by now.' }) version?: number | null;
  @Field(() => String, { nullable: true, description: 'Digest of removals that REMOVAL_NEEDS_CONFIRMATION asked about.' }) confirmRemovals?: string | null;
}

@InputType({ description: 'Removes an application from every cluster.' })
export class DeleteApplicationInput extends OfApplicationInput {
  @Field(() => RemovalModeEnum, { description: 'What becomes of its objects.' }) mode!: 'DELETE' | 'ORPHAN';
}
