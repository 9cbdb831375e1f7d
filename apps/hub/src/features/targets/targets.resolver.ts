import { assertNever, parseDigest } from '#kernel';
import { parseSelectorString, parseTargetName, type Selector } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import {
  ApiError, CurrentViewer, LabelSelector, NodeSources, PageArgs, parsePage, RequirePermission, toConnection, userError, type UserError, type Viewer,
} from '../../platform/api/index.js';
import { ApprovePrune, type ApprovePruneFailure } from './approve-prune.js';
import { TargetChanges } from './target-changes.js';
import { ApprovePruneInput, ApprovePrunePayload, TargetConnection, TargetFilterInput, TargetType, toTargetType } from './targets.graphql.js';
import { TargetReadModel, type TargetFilter } from './targets.read-model.js';

@ArgsType()
class TargetsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Of this project only.' }) project?: string | null;
  @Field(() => String, { nullable: true, description: 'Of this application only.' }) application?: string | null;
  @Field(() => String, { nullable: true, description: 'On this cluster only.' }) cluster?: string | null;
  @Field(() => LabelSelector, { nullable: true, description: 'On clusters with these labels.' }) clusterSelector?: string | null;
  @Field(() => TargetFilterInput, { nullable: true, description: 'Further conditions.' }) where?: TargetFilterInput | null;
}

@Resolver(() => TargetType)
export class TargetResolver {
  constructor(
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(TargetChanges) private readonly changes: TargetChanges,
    @Inject(ApprovePrune) private readonly approve: ApprovePrune,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.registerRead('Target', 'target:read', targets, toTargetType);
  }

  @Query(() => TargetType, { nullable: true, description: 'One application on one cluster; null for "no such target or not yours".' })
  @RequirePermission('target:read')
  async target(
    @CurrentViewer() viewer: Viewer,
    @Args('application', { type: () => String, description: 'Name of the application.' }) application: string,
    @Args('cluster', { type: () => String, description: 'Name of the cluster.' }) cluster: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: 'default', description: 'Project of the application.' }) project: string | null,
  ): Promise<TargetType | null> {
    const found = await this.targets.findByName(viewer, { project: project ?? 'default', application, cluster });
    return found === undefined ? null : toTargetType(found);
  }

  @Query(() => TargetConnection, { name: 'targets', description: 'Targets in order of creation.' })
  @RequirePermission('target:read')
  async list(@CurrentViewer() viewer: Viewer, @Args() args: TargetsArgs): Promise<TargetConnection> {
    const filter = filterOf(args);
    const { project, application, cluster, clusterSelector, syncs, healths } = { ...filter, clusterSelector: args.clusterSelector };
    const page = parsePage(args, ['targets', project ?? null, application ?? null, cluster ?? null, clusterSelector ?? null, [...(syncs ?? ['*'])], [...(healths ?? ['*'])]], []);
    return toConnection(await this.targets.list(viewer, filter, page), page, ({ id }) => ({ key: [], id }), toTargetType);
  }

  @Mutation(() => ApprovePrunePayload, { description: 'Approves the prune or removal that an agent has reported, by its digest.' })
  @RequirePermission('prune:approve')
  async approvePrune(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to approve.' }) input: ApprovePruneInput): Promise<ApprovePrunePayload> {
    const digest = parseDigest(input.digest);
    if (digest === undefined) return { target: null, userErrors: [userError('DIGEST_MISMATCH', ['digest'], 'This is not a digest: sha256:<64 hexadecimal digits>.')] };
    const name = parseTargetName(input.target);
    const target = name && (await this.targets.findByName(viewer, name));
    const result = await this.approve.execute(viewer, { target, name: input.target.slice(0, 200), digest });
    if (!result.ok) return { target: null, userErrors: [toUserError(result.error)] };
    const [approved] = await this.targets.findByIds(viewer, [result.value]);
    return { target: approved === undefined ? null : toTargetType(approved), userErrors: [] };
  }

  @Subscription(() => TargetType, { description: 'Targets as they change. Events of one target that wait become one, the newest.' })
  @RequirePermission('target:read')
  targetChanged(
    @CurrentViewer() viewer: Viewer,
    @Args('project', { type: () => String, nullable: true, description: 'Of this project only.' }) project: string | null,
    @Args('application', { type: () => String, nullable: true, description: 'Of this application only.' }) application: string | null,
    @Args('cluster', { type: () => String, nullable: true, description: 'On this cluster only.' }) cluster: string | null,
  ): AsyncIterableIterator<{ readonly targetChanged: TargetType }> {
    const filter = { project: project ?? undefined, application: application ?? undefined, cluster: cluster ?? undefined };
    return this.changes.stream(viewer, filter, (view) => ({ targetChanged: toTargetType(view) }));
  }
}

function filterOf(args: TargetsArgs): TargetFilter {
  return {
    project: args.project ?? undefined, application: args.application ?? undefined, cluster: args.cluster ?? undefined,
    clusterSelector: args.clusterSelector === undefined || args.clusterSelector === null ? undefined : parseSelector(args.clusterSelector),
    syncs: listOf(args.where?.sync), healths: listOf(args.where?.health),
  };
}

function parseSelector(text: string): Selector {
  const parsed = parseSelectorString(text);
  if (parsed.ok) return parsed.value;
  throw new ApiError('BAD_REQUEST', `"clusterSelector" does not parse at character ${parsed.error.position}: ${parsed.error.expected}.`);
}

/** `eq` and `in` together mean both. An absent filter is not an empty one. */
function listOf<T>(filter: { readonly eq?: T | null; readonly in?: readonly T[] | null } | null | undefined): readonly T[] | undefined {
  const eq = filter?.eq ?? undefined;
  const many = filter?.in ?? undefined;
  if (eq === undefined) return many;
  return many === undefined || many.includes(eq) ? [eq] : [];
}

function toUserError(failure: ApprovePruneFailure): UserError {
  switch (failure.code) {
    case 'TARGET_NOT_FOUND':
      return userError(failure.code, ['target'], 'No such target.', 'See which there are: capstan get targets');
    case 'NOTHING_TO_APPROVE':
      return userError(failure.code, ['target'], `Nothing of ${failure.name} waits for an approval.`);
    case 'DIGEST_MISMATCH':
      return userError(failure.code, ['digest'], `The plan that waits for ${failure.name} has another digest: ${failure.waiting}.`, `Look at it (capstan prune show ${failure.name}), and approve its digest if it is meant.`);
    default:
      return assertNever(failure);
  }
}
