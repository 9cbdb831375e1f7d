import { formatGlobalId, PERMISSIONS, type Permission } from '#domain';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, graphqlEnum, JsonScalar, LabelSelector, MutationInput, MutationPayload, NodeType, PageArgs, viewerCan, type Viewer } from '../../platform/api/index.js';
import type { JsonObject } from '#kernel';
import { CLUSTER_STATES, CONNECTION_STATES, type ClusterLabels, type ClusterState, type ClusterView, type ConnectionState } from './cluster.js';
import { factsOf } from './facts-of.js';
import { CLUSTER_ORDER_FIELDS, type ClusterOrderField } from './clusters.read-model.js';
import type { JoinInvitation } from './create-join-token.js';

const STATE_MEANING: Readonly<Record<ClusterState, string>> = {
  PENDING: 'Registered; no agent has joined yet.', ACTIVE: 'An agent has joined.', REMOVING: 'On its way out: the agent lets go of everything.', REMOVED: 'Gone; a cluster of this name revives it.',
};
const CONNECTION_MEANING: Readonly<Record<ConnectionState, string>> = {
  NEVER: 'No agent was ever connected.', CONNECTED: 'The agent is connected and was heard within a minute.', DISCONNECTED: 'The agent is away. It goes on healing what it was given.',
};
const ORDER_MEANING: Readonly<Record<ClusterOrderField, string>> = { NAME: 'By name.', CREATED_AT: 'By the time of registration.', LAST_SEEN_AT: 'By when the agent was last heard; never comes first.' };

const ClusterStateEnum = graphqlEnum('ClusterState', 'Where a cluster stands in its life.', CLUSTER_STATES, (state) => STATE_MEANING[state]);
const ConnectionStateEnum = graphqlEnum('ConnectionState', 'Whether the agent of a cluster is connected.', CONNECTION_STATES, (state) => CONNECTION_MEANING[state]);
const ClusterOrderFieldEnum = graphqlEnum('ClusterOrderField', 'What clusters are sorted by.', CLUSTER_ORDER_FIELDS, (field) => ORDER_MEANING[field]);
const DIRECTIONS = ['ASC', 'DESC'] as const;
const OrderDirectionEnum = graphqlEnum('OrderDirection', 'Which end comes first.', DIRECTIONS, (direction) => (direction === 'ASC' ? 'Smallest first.' : 'Largest first.'));

@ObjectType('ClusterFacts', { description: 'What the agent says of its cluster. Claims, not truth: they only narrow a selector.' })
export class ClusterFactsType {
  @Field(() => String, { nullable: true, description: 'Version of Kubernetes.' }) kubernetesVersion!: string | null;
  @Field(() => String, { nullable: true, description: 'Cloud or distribution.' }) provider!: string | null;
  @Field(() => String, { nullable: true, description: 'Region.' }) region!: string | null;
  @Field(() => Int, { nullable: true, description: 'Number of nodes.' }) nodes!: number | null;
  @Field(() => JsonScalar, { description: 'Every other fact, by name.' }) custom!: JsonObject;
  @Field(() => DateTime, { description: 'When they last changed.' }) observedAt!: Date;
}

@ObjectType('Cluster', { implements: () => [NodeType], description: 'A registered Kubernetes cluster.' })
export class ClusterType extends NodeType {
  @Field(() => String, { description: 'Unique name.' }) name!: string;
  @Field(() => JsonScalar, { description: 'Labels, by key. Only the hub sets them; selectors match them.' }) labels!: ClusterLabels;
  @Field(() => ClusterFactsType, { nullable: true, description: 'What the agent says of it; null until it has.' }) facts!: ClusterFactsType | null;
  @Field(() => ClusterStateEnum, { description: 'Where it stands in its life.' }) state!: ClusterState;
  @Field(() => ConnectionStateEnum, { description: 'Whether its agent is connected.' }) connection!: ConnectionState;
  @Field(() => DateTime, { nullable: true, description: 'When its agent was last heard; null if never.' }) lastSeenAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Version of its agent; null until one has joined.' }) agentVersion!: string | null;
  @Field(() => DateTime, { description: 'When it was registered.' }) createdAt!: Date;
  @Field(() => Int, { description: 'Rises with every change; pass it to a mutation to change only what you have seen.' }) version!: number;
}

@ObjectType({ description: 'A page of a list of Cluster.' })
export class ClusterConnection extends connectionType('Cluster', () => ClusterType) {}

@InputType({ description: 'Which names.' })
export class NameFilter {
  @Field(() => String, { nullable: true, description: 'Exactly this one.' }) eq?: string | null;
  @Field(() => [String], { nullable: true, description: 'One of these.' }) in?: string[] | null;
}

@InputType({ description: 'Which states.' })
export class ClusterStateFilter {
  @Field(() => ClusterStateEnum, { nullable: true, description: 'Exactly this one.' }) eq?: ClusterState | null;
  @Field(() => [ClusterStateEnum], { nullable: true, description: 'One of these.' }) in?: ClusterState[] | null;
}

@InputType({ description: 'Which connection states.' })
export class ConnectionStateFilter {
  @Field(() => ConnectionStateEnum, { nullable: true, description: 'Exactly this one.' }) eq?: ConnectionState | null;
  @Field(() => [ConnectionStateEnum], { nullable: true, description: 'One of these.' }) in?: ConnectionState[] | null;
}

@InputType('ClusterFilter', { description: 'Which clusters: all of it must hold.' })
export class ClusterFilterInput {
  @Field(() => NameFilter, { nullable: true, description: 'By name.' }) name?: NameFilter | null;
  @Field(() => ClusterStateFilter, { nullable: true, description: 'By state. Removed clusters appear only when asked for.' }) state?: ClusterStateFilter | null;
  @Field(() => ConnectionStateFilter, { nullable: true, description: 'By connection.' }) connection?: ConnectionStateFilter | null;
}

@InputType('ClusterOrder', { description: 'How clusters are sorted.' })
export class ClusterOrderInput {
  @Field(() => ClusterOrderFieldEnum, { description: 'By what.' }) field!: ClusterOrderField;
  @Field(() => OrderDirectionEnum, { defaultValue: 'ASC', description: 'Which end comes first.' }) direction!: (typeof DIRECTIONS)[number];
}

@ArgsType()
export class ClustersArgs extends PageArgs {
  @Field(() => LabelSelector, { nullable: true, description: 'Which labels (and facts, as facts.capstan.dev/<name>).' }) labelSelector?: string | null;
  @Field(() => String, { nullable: true, description: 'Part of a name.' }) search?: string | null;
  @Field(() => ClusterFilterInput, { nullable: true, description: 'Further conditions.' }) where?: ClusterFilterInput | null;
  @Field(() => [ClusterOrderInput], { nullable: true, description: 'Sorting: one entry, by name if absent.' }) orderBy?: ClusterOrderInput[] | null;
}

@ArgsType()
export class ClusterChangedArgs {
  @Field(() => [ID], { nullable: true, description: 'Of these only, at most 500.' }) ids?: string[] | null;
  @Field(() => LabelSelector, { nullable: true, description: 'With these labels (and facts, as facts.capstan.dev/<name>).' }) labelSelector?: string | null;
  @Field(() => ClusterFilterInput, { nullable: true, description: 'Further conditions. Removed clusters are told of unless states are asked for.' }) where?: ClusterFilterInput | null;
}

@InputType()
export class CreateClusterInput extends MutationInput {
  @Field(() => String, { description: 'A DNS label, unique among clusters.' }) name!: string;
  @Field(() => JsonScalar, { nullable: true, description: 'Labels, by key.' }) labels?: unknown;
}

@ObjectType()
export class CreateClusterPayload extends MutationPayload {
  @Field(() => ClusterType, { nullable: true, description: 'The cluster; null when it was refused.' }) cluster!: ClusterType | null;
}

@InputType()
export class LabelClusterInput extends MutationInput {
  @Field(() => String, { description: 'Name of the cluster.' }) name!: string;
  @Field(() => JsonScalar, { nullable: true, description: 'Labels to set, by key.' }) set?: unknown;
  @Field(() => [String], { nullable: true, description: 'Keys of labels to remove.' }) remove?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Digest of the removals that REMOVAL_NEEDS_CONFIRMATION named, to go on with exactly those.' }) confirmRemovals?: string | null;
  @Field(() => Int, { nullable: true, description: 'Refuse unless the cluster still has this version.' }) version?: number | null;
}

@ObjectType()
export class LabelClusterPayload extends MutationPayload {
  @Field(() => ClusterType, { nullable: true, description: 'The cluster; null when it was refused.' }) cluster!: ClusterType | null;
}

@InputType()
export class RemoveClusterInput extends MutationInput {
  @Field(() => String, { description: 'Name of the cluster.' }) name!: string;
  @Field(() => Boolean, { defaultValue: false, description: 'Do not wait for the agent to let go: it may be gone for good.' }) force!: boolean;
}

@ObjectType()
export class RemoveClusterPayload extends MutationPayload {
  @Field(() => ClusterType, { nullable: true, description: 'The cluster, REMOVING or REMOVED; null when it was refused.' }) cluster!: ClusterType | null;
}

@InputType()
export class CreateJoinTokenInput extends MutationInput {
  @Field(() => String, { description: 'Name of the cluster.' }) cluster!: string;
  @Field(() => Boolean, { defaultValue: false, description: 'Allow another Kubernetes cluster than the one enrolled before to take this place.' }) replace!: boolean;
}

@ObjectType('JoinToken', { description: 'A one-use right to enrol one cluster.' })
export class JoinTokenType {
  @Field(() => ID, { description: 'Opaque id.' }) id!: string;
  @Field(() => DateTime, { description: 'When it stops working.' }) expiresAt!: Date;
}

@ObjectType('HubEndpoint', { description: 'Where agents reach this hub and how they know it.' })
export class HubEndpointType {
  @Field(() => String, { description: 'Host name or address.' }) host!: string;
  @Field(() => Int, { description: 'Port of agent sessions.' }) agentPort!: number;
  @Field(() => Int, { description: 'Port of enrolment.' }) enrollPort!: number;
  @Field(() => String, { description: 'Certificate of the hub\'s CA, PEM.' }) caPem!: string;
  @Field(() => String, { description: 'SHA-256 of the public key of that CA.' }) caHash!: string;
}

@ObjectType()
export class CreateJoinTokenPayload extends MutationPayload {
  @Field(() => JoinTokenType, { nullable: true, description: 'The right; null when it was refused.' }) joinToken!: JoinTokenType | null;
  @Field(() => String, { nullable: true, description: 'The secret. It is told here and never again.' }) token!: string | null;
  @Field(() => HubEndpointType, { nullable: true, description: 'Where the agent finds the hub.' }) hub!: HubEndpointType | null;
}

export function toClusterType(cluster: ClusterView): ClusterType {
  return {
    id: formatGlobalId('Cluster', cluster.id), name: cluster.name, labels: cluster.labels, facts: toFactsType(cluster), state: cluster.state, connection: cluster.connection,
    lastSeenAt: cluster.lastSeenAt ?? null, agentVersion: cluster.agentVersion ?? null, createdAt: cluster.createdAt, version: cluster.version,
  };
}

export function toJoinPayload({ id, expiresAt, token, hub }: JoinInvitation): CreateJoinTokenPayload {
  return { joinToken: { id: formatGlobalId('JoinToken', id), expiresAt }, token, hub: { ...hub }, userErrors: [] };
}

/** Of the permissions on clusters, those that the viewer holds. */
export function clusterPermissionsOf(viewer: Viewer): Permission[] {
  return PERMISSIONS.filter((permission) => permission.startsWith('cluster:') && viewerCan(viewer, permission));
}

function toFactsType({ facts, factsAt }: ClusterView): ClusterFactsType | null {
  if (factsAt === undefined) return null;
  const { kubernetesVersion, provider, region, nodes, ...custom } = factsOf(facts);
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return { kubernetesVersion: text(kubernetesVersion), provider: text(provider), region: text(region), nodes: typeof nodes === 'number' && Number.isInteger(nodes) ? nodes : null, custom, observedAt: factsAt };
}
