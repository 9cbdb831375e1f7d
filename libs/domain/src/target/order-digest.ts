import { digestOfJson, type Digest, type JsonObject } from '#kernel';
import type { AssignmentOrder, Order, OrderedFurtherSource } from './assignment.js';

/**
 * Digest of what an order says, without the times of its signature: the hub signs anew what an agent asks for later, and that
 * is the same order still. With epoch and generation it is the full version of an order.
 */
export function orderDigest(order: Order): Digest {
  const common: JsonObject = {
    kind: order.kind,
    hub: order.hub,
    audience: order.audience,
    target: order.target,
    epoch: String(order.epoch),
    generation: String(order.generation),
    project: { ...order.project },
    application: { ...order.application },
  };
  const dependsOn = order.dependsOn === undefined ? {} : { dependsOn: order.dependsOn };
  if (order.kind === 'TOMBSTONE') return digestOfJson({ ...common, mode: order.mode, approvedRemovals: order.approvedRemovals.toSorted(), ...dependsOn });
  const { repository, helm, archive, sources, ...release } = order.release;
  return digestOfJson({
    ...common,
    release: { ...release, repository: { ...repository }, ...(helm === undefined ? {} : { helm: { ...helm } }), ...(archive === undefined ? {} : { archive: { ...archive } }), ...(sources === undefined ? {} : { sources: sources.map(furtherJson) }) },
    parameters: order.parameters,
    parametersDigest: order.parametersDigest,
    ...policyJson(order),
    ...dependsOn,
    approvedPrunes: order.approvedPrunes.toSorted(),
  });
}

function furtherJson({ repository, archive, ...rest }: OrderedFurtherSource): JsonObject {
  return { ...rest, repository: { ...repository }, ...(archive === undefined ? {} : { archive: { ...archive } }) };
}

/** What an order does not have is not in its digest: orders of older hubs keep theirs. */
function policyJson({ sync, patches, health }: AssignmentOrder): JsonObject {
  const { ignore, ...rest } = sync;
  return {
    sync: { ...rest, ...(ignore === undefined ? {} : { ignore: ignore.map((rule) => ({ ...rule })) }) },
    ...(patches === undefined ? {} : { patches: patches.map(({ target, ...patch }) => ({ target: { ...target }, ...patch })) }),
    ...(health === undefined ? {} : { health: health.map((rule) => ({ ...rule })) }),
  };
}
