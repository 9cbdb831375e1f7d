import { canonicalJson, digestOf, parseTraceparent, type Digest, type JsonObject, type Result } from '#kernel';
import {
  applicationId, clusterId, featuresOf, hubId, isOrderFeature, MAX_VALUES_FILES, projectId, releaseId, repositoryId, targetId,
  type AssignmentOrder, type DriftPolicy, type HelmSpec, type Order, type OrderHeader, type Renderer, type TombstoneOrder,
} from '#domain';
import {
  Order as WireOrder, DriftPolicy as WireDrift, RemovalMode as WireMode, Renderer as WireRenderer,
  type Assignment as WireAssignment, type HelmOptions as WireHelm, type Tombstone as WireTombstone,
} from './generated/capstan/agent/v1/order.js';
import { encodePolicy, readDependencies, readHealthRules, readIgnoreRules, readPatches } from './order-policy-wire.js';
import { encodeArchive, readArchive } from './archive-wire.js';
import { encodeCommit, readCommit } from './further-sources-wire.js';
import { readEnum } from './state-wire.js';
import { decoding, malformed, unknownMessage, type WireFailure } from './wire-failure.js';
import { readCounter, readDate, readDigest, readId, readOptionalDigest } from './wire-values.js';

/** The `type` under which orders are signed. */
export const ORDER_TYPE = 'Order';
const MAX_APPROVALS = 100;
const MAX_FEATURES = 64;
const MAX_FEATURE_LENGTH = 64;

const RENDERER_TO_WIRE: Readonly<Record<Renderer, WireRenderer>> = {
  AUTO: WireRenderer.RENDERER_AUTO,
  PLAIN: WireRenderer.RENDERER_PLAIN,
  KUSTOMIZE: WireRenderer.RENDERER_KUSTOMIZE,
  HELM: WireRenderer.RENDERER_HELM,
};
const RENDERER_FROM_WIRE: Readonly<Record<WireRenderer, Renderer | 'UNSET' | 'UNKNOWN_VALUE'>> = {
  [WireRenderer.RENDERER_UNSPECIFIED]: 'UNSET',
  [WireRenderer.RENDERER_AUTO]: 'AUTO',
  [WireRenderer.RENDERER_PLAIN]: 'PLAIN',
  [WireRenderer.RENDERER_KUSTOMIZE]: 'KUSTOMIZE',
  [WireRenderer.RENDERER_HELM]: 'HELM',
  [WireRenderer.UNRECOGNIZED]: 'UNKNOWN_VALUE',
};
const DRIFT_TO_WIRE: Readonly<Record<DriftPolicy, WireDrift>> = { HEAL: WireDrift.DRIFT_POLICY_HEAL, REPORT: WireDrift.DRIFT_POLICY_REPORT };
const DRIFT_FROM_WIRE: Readonly<Record<WireDrift, DriftPolicy | 'UNSET' | 'UNKNOWN_VALUE'>> = {
  [WireDrift.DRIFT_POLICY_UNSPECIFIED]: 'UNSET',
  [WireDrift.DRIFT_POLICY_HEAL]: 'HEAL',
  [WireDrift.DRIFT_POLICY_REPORT]: 'REPORT',
  [WireDrift.UNRECOGNIZED]: 'UNKNOWN_VALUE',
};
const MODE_TO_WIRE: Readonly<Record<TombstoneOrder['mode'], WireMode>> = { DELETE: WireMode.REMOVAL_MODE_DELETE, ORPHAN: WireMode.REMOVAL_MODE_ORPHAN };
const MODE_FROM_WIRE: Readonly<Record<WireMode, TombstoneOrder['mode'] | 'UNSET' | 'UNKNOWN_VALUE'>> = {
  [WireMode.REMOVAL_MODE_UNSPECIFIED]: 'UNSET',
  [WireMode.REMOVAL_MODE_DELETE]: 'DELETE',
  [WireMode.REMOVAL_MODE_ORPHAN]: 'ORPHAN',
  [WireMode.UNRECOGNIZED]: 'UNKNOWN_VALUE',
};

/** The bytes of an order, as they are signed and stored. */
export function encodeOrder(order: Order): Uint8Array {
  return WireOrder.encode({
    hubId: order.hub,
    audienceClusterId: order.audience,
    epoch: order.epoch,
    generation: order.generation,
    targetId: order.target,
    projectId: order.project.id,
    projectName: order.project.name,
    applicationId: order.application.id,
    applicationName: order.application.name,
    issuedAt: order.issuedAt,
    expiresAt: order.expiresAt,
    traceparent: order.traceparent ?? '',
    requires: [...featuresOf(order), ...(order.unknownFeatures ?? [])],
    kind: order.kind === 'ASSIGNMENT' ? { $case: 'assignment', value: encodeAssignment(order) } : { $case: 'tombstone', value: encodeTombstone(order) },
  }).finish();
}

/** The order that bytes say. Trust it only after the signature over the same bytes was verified. */
export function decodeOrder(bytes: Uint8Array): Result<Order, WireFailure> {
  return decoding('order', () => {
    const wire = WireOrder.decode(bytes);
    const header = readHeader(wire);
    switch (wire.kind?.$case) {
      case 'assignment':
        return readAssignment(header, wire.kind.value);
      case 'tombstone':
        return readTombstone(header, wire.kind.value);
      default:
        return unknownMessage('order.kind');
    }
  });
}

/** What the bytes of an order say of themselves, also where what they order does not read: whom a refusal is about. As little to be trusted without its signature. */
export function decodeOrderHeader(bytes: Uint8Array): Result<OrderHeader, WireFailure> {
  return decoding('order', () => readHeader(WireOrder.decode(bytes)));
}

function readHeader(wire: WireOrder): OrderHeader {
  return {
    hub: readId(wire.hubId, 'hub_id', hubId),
    audience: readId(wire.audienceClusterId, 'audience_cluster_id', clusterId),
    epoch: readCounter(wire.epoch, 'epoch'),
    generation: readCounter(wire.generation, 'generation'),
    target: readId(wire.targetId, 'target_id', targetId),
    project: { id: readId(wire.projectId, 'project_id', projectId), name: wire.projectName },
    application: { id: readId(wire.applicationId, 'application_id', applicationId), name: wire.applicationName },
    issuedAt: readDate(wire.issuedAt, 'issued_at'),
    expiresAt: readDate(wire.expiresAt, 'expires_at'),
    ...readRequired(wire.requires),
    ...readTraceparent(wire.traceparent),
  };
}

function readRequired(names: readonly string[]): Pick<OrderHeader, 'unknownFeatures'> {
  if (names.length > MAX_FEATURES || names.some((name) => name.length > MAX_FEATURE_LENGTH)) malformed('requires');
  const unknownFeatures = names.filter((name) => !isOrderFeature(name));
  return unknownFeatures.length === 0 ? {} : { unknownFeatures };
}

/** One that does not read is none. */
function readTraceparent(text: string): Pick<OrderHeader, 'traceparent'> {
  return parseTraceparent(text) === undefined ? {} : { traceparent: text };
}

function encodeAssignment(order: AssignmentOrder): WireAssignment {
  return {
    releaseId: order.release.id,
    ...encodeCommit(order.release),
    ref: order.release.ref,
    sourceDigest: order.release.sourceDigest,
    repositoryId: order.release.repository.id,
    repositoryUrl: order.release.repository.url,
    credentialDigest: order.release.repository.credentialDigest ?? '',
    path: order.release.path,
    renderer: RENDERER_TO_WIRE[order.release.renderer],
    namespace: order.release.namespace,
    substitute: order.release.substitute,
    parametersJson: canonicalJson(order.parameters),
    parametersDigest: order.parametersDigest,
    prune: order.sync.prune,
    drift: DRIFT_TO_WIRE[order.sync.drift],
    approvedPrunes: [...order.approvedPrunes],
    helm: encodeHelm(order.release.helm),
    archive: encodeArchive(order.release.archive),
    ...encodePolicy(order),
    dependsOn: [...(order.dependsOn ?? [])],
  };
}

function encodeHelm(helm: HelmSpec | undefined): WireHelm | undefined {
  return helm && { valuesFiles: [...helm.valuesFiles], releaseName: helm.releaseName, skipHooks: helm.skipHooks };
}

function encodeTombstone(order: TombstoneOrder): WireTombstone {
  return { mode: MODE_TO_WIRE[order.mode], approvedRemovals: [...order.approvedRemovals], dependsOn: [...(order.dependsOn ?? [])] };
}

function readAssignment(header: OrderHeader, wire: WireAssignment): AssignmentOrder {
  const parametersDigest = readDigest(wire.parametersDigest, 'assignment.parameters_digest');
  if (digestOf(wire.parametersJson) !== parametersDigest) malformed('assignment.parameters_digest');
  return {
    ...header,
    kind: 'ASSIGNMENT',
    release: {
      id: readId(wire.releaseId, 'assignment.release_id', releaseId),
      ...readCommit(wire),
      ref: wire.ref,
      sourceDigest: readDigest(wire.sourceDigest, 'assignment.source_digest'),
      repository: {
        id: readId(wire.repositoryId, 'assignment.repository_id', repositoryId),
        url: wire.repositoryUrl,
        credentialDigest: readOptionalDigest(wire.credentialDigest, 'assignment.credential_digest'),
      },
      ...(wire.archive === undefined ? {} : { archive: readArchive(wire.archive, 'assignment.archive') }),
      path: wire.path,
      renderer: readEnum(RENDERER_FROM_WIRE[wire.renderer], wire.renderer, 'assignment.renderer'),
      ...(wire.helm === undefined ? {} : { helm: readHelm(wire.helm) }),
      namespace: wire.namespace,
      substitute: wire.substitute,
    },
    parameters: readParameters(wire.parametersJson),
    parametersDigest,
    ...readPatches(wire.patches),
    ...readDependencies(wire.dependsOn, 'assignment.depends_on'),
    ...readHealthRules(wire.healthRules),
    sync: { prune: wire.prune, drift: readEnum(DRIFT_FROM_WIRE[wire.drift], wire.drift, 'assignment.drift'), ...readIgnoreRules(wire.ignoreRules) },
    approvedPrunes: readApprovals(wire.approvedPrunes, 'assignment.approved_prunes'),
  };
}

function readHelm({ valuesFiles, releaseName, skipHooks }: WireHelm): HelmSpec {
  return valuesFiles.length > MAX_VALUES_FILES ? malformed('assignment.helm.values_files') : { valuesFiles, releaseName, skipHooks };
}

function readTombstone(header: OrderHeader, wire: WireTombstone): TombstoneOrder {
  return {
    ...header,
    kind: 'TOMBSTONE',
    mode: readEnum(MODE_FROM_WIRE[wire.mode], wire.mode, 'tombstone.mode'),
    approvedRemovals: readApprovals(wire.approvedRemovals, 'tombstone.approved_removals'),
    ...readDependencies(wire.dependsOn, 'tombstone.depends_on'),
  };
}

function readApprovals(digests: readonly string[], field: string): readonly Digest[] {
  return digests.length > MAX_APPROVALS ? malformed(field) : digests.map((digest) => readDigest(digest, field));
}

function readParameters(text: string): JsonObject {
  const parsed: unknown = JSON.parse(text);
  // What JSON.parse returns is JSON: the only doubt is whether it is an object.
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as JsonObject) : malformed('assignment.parameters_json');
}
