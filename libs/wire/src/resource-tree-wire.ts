import type { Result } from '#kernel';
import { MAX_TREE_NODES, targetId, type ResourceTree, type TargetId } from '#domain';
import type { ListResources as WireQuestion, ResourceTree as WireTree } from './generated/capstan/agent/v1/session.js';
import { encodeObjectRef, readObjectRef } from './object-ref-wire.js';
import { encodeHealthState, readHealthState } from './state-wire.js';
import { decoding, type WireFailure } from './wire-failure.js';
import { readCount, readId, readText } from './wire-values.js';

const MAX_ID = 800;
const MAX_MESSAGE = 500;
const MAX_WORD = 64;
const MAX_NAME = 253;
const MAX_CONTAINERS = 50;
const MAX_UNREAD = 100;

export function encodeListResources(target: TargetId): WireQuestion {
  return { targetId: target };
}

export function decodeListResources(wire: WireQuestion): Result<TargetId, WireFailure> {
  return decoding('list_resources', () => readId(wire.targetId, 'list_resources.target_id', targetId));
}

export function encodeResourceTree({ nodes, isTruncated, unread }: ResourceTree): WireTree {
  return {
    nodes: nodes.slice(0, MAX_TREE_NODES).map((node) => ({
      id: node.id, parentId: node.parentId ?? '', ref: encodeObjectRef(node.ref), uid: node.uid ?? '', health: encodeHealthState(node.health), healthMessage: node.healthMessage.slice(0, MAX_MESSAGE),
      createdAt: node.createdAt ?? '', status: node.status.slice(0, MAX_WORD), pod: node.pod === undefined ? undefined : { ...node.pod, containers: node.pod.containers.slice(0, MAX_CONTAINERS) },
    })),
    truncated: isTruncated || nodes.length > MAX_TREE_NODES,
    unread: unread.slice(0, MAX_UNREAD).map((kind) => ({ ...kind })),
  };
}

/** A tree from an agent, which is not trusted: bounded, and a node whose parent does not come before it counts as one of the inventory. */
export function decodeResourceTree(wire: WireTree): Result<ResourceTree, WireFailure> {
  return decoding('resource_tree', () => {
    const known = new Set<string>();
    const nodes = wire.nodes.slice(0, MAX_TREE_NODES).map((node) => {
      const id = readText(node.id, MAX_ID);
      const parentId = readText(node.parentId, MAX_ID);
      const isBelow = parentId !== '' && known.has(parentId);
      known.add(id);
      return {
        id, parentId: isBelow ? parentId : undefined, ref: readObjectRef(node.ref, 'resource_tree.ref'), uid: textOrAbsent(node.uid, MAX_WORD), health: readHealthState(node.health, 'resource_tree.health'),
        healthMessage: readText(node.healthMessage, MAX_MESSAGE), createdAt: isTime(node.createdAt) ? node.createdAt : undefined, status: readText(node.status, MAX_WORD),
        pod:
          node.pod === undefined
            ? undefined
            : {
                ready: readCount(node.pod.ready), total: readCount(node.pod.total), restarts: readCount(node.pod.restarts),
                containers: node.pod.containers.slice(0, MAX_CONTAINERS).map((name) => readText(name, MAX_NAME)),
              },
      };
    });
    return {
      nodes,
      isTruncated: wire.truncated || wire.nodes.length > MAX_TREE_NODES,
      unread: wire.unread.slice(0, MAX_UNREAD).map(({ group, kind, namespace, reason }) => ({
        group: readText(group, MAX_NAME), kind: readText(kind, MAX_NAME), namespace: readText(namespace, MAX_NAME), reason: readText(reason, MAX_WORD),
      })),
    };
  });
}

function textOrAbsent(text: string, max: number): string | undefined {
  return text === '' ? undefined : readText(text, max);
}

function isTime(text: string): boolean {
  return text.length <= MAX_WORD && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}
