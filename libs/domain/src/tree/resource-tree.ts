import { objectKey, type ObjectRef } from '../object/kube-object.js';
import type { HealthState } from '../target/target-state.js';
import type { PodState, TreeObject } from './tree-object.js';

/** One object in a tree. */
export interface TreeNode {
  /** Its UID; of one that is not there a text of its own. */
  readonly id: string;
  /** undefined: an object of the inventory. */
  readonly parentId: string | undefined;
  readonly ref: ObjectRef;
  /** undefined: not there. */
  readonly uid: string | undefined;
  readonly health: HealthState;
  readonly healthMessage: string;
  readonly createdAt: string | undefined;
  readonly status: string;
  readonly pod: PodState | undefined;
}

/** Objects of one kind and namespace that may be missing from a tree, and why. */
export interface UnreadKind {
  readonly group: string;
  readonly kind: string;
  /** Empty: all. */
  readonly namespace: string;
  readonly reason: string;
}

export interface ResourceTree {
  /** Parents before their children, at most MAX_TREE_NODES. */
  readonly nodes: readonly TreeNode[];
  /** There is more than is told. */
  readonly isTruncated: boolean;
  readonly unread: readonly UnreadKind[];
}

export const MAX_TREE_NODES = 1_000;
const MAX_DEPTH = 20;

/** An object of the inventory. */
export interface TreeRoot {
  readonly ref: ObjectRef;
  readonly uid: string | undefined;
  readonly health: HealthState;
  readonly message: string;
}

/**
 * The objects of an inventory and what they own. Roots with something below come first, so that a cut takes what is least interesting. Every object appears
 * once, also where owner references go in circles or where two owners claim it. Pure.
 */
export function arrangeTree(roots: readonly TreeRoot[], found: readonly TreeObject[]): Pick<ResourceTree, 'nodes' | 'isTruncated'> {
  const byUid = new Map(found.map((object) => [object.uid, object]));
  const children = childrenByOwner(found);
  const declared = new Set(roots.flatMap(({ uid }) => uid ?? []));
  const nodes: TreeNode[] = [];
  const seen = new Set<string>();
  let isTruncated = false;
  const add = (node: TreeNode): boolean => {
    if (seen.has(node.id)) return false;
    isTruncated ||= nodes.length >= MAX_TREE_NODES;
    if (nodes.length >= MAX_TREE_NODES) return false;
    seen.add(node.id);
    nodes.push(node);
    return true;
  };
  const descend = (uid: string, depth: number): void => {
    for (const child of children.get(uid) ?? []) {
      if (declared.has(child.uid)) continue;
      if (depth >= MAX_DEPTH) isTruncated = true;
      else if (add(nodeOf(child, uid))) descend(child.uid, depth + 1);
    }
  };
  const isParent = ({ uid }: TreeRoot): number => (uid !== undefined && children.has(uid) ? 0 : 1);
  for (const root of roots.toSorted((a, b) => isParent(a) - isParent(b) || compareRefs(a.ref, b.ref))) {
    const live = root.uid === undefined ? undefined : byUid.get(root.uid);
    const isAdded = add(live === undefined ? nodeOfRoot(root) : nodeOf(live, undefined));
    if (isAdded && root.uid !== undefined) descend(root.uid, 1);
  }
  return { nodes, isTruncated };
}

function childrenByOwner(found: readonly TreeObject[]): ReadonlyMap<string, readonly TreeObject[]> {
  const children = new Map<string, TreeObject[]>();
  for (const object of found) {
    for (const { uid } of object.owners) {
      const siblings = children.get(uid);
      if (siblings === undefined) children.set(uid, [object]);
      else siblings.push(object);
    }
  }
  for (const siblings of children.values()) siblings.sort((a, b) => compareRefs(a.ref, b.ref));
  return children;
}

function nodeOf(object: TreeObject, parentId: string | undefined): TreeNode {
  const { ref, uid, health, message, createdAt, status, pod } = object;
  return { id: uid, parentId, ref, uid, health, healthMessage: message, createdAt, status, pod };
}

function nodeOfRoot({ ref, uid, health, message }: TreeRoot): TreeNode {
  return { id: uid ?? `missing:${objectKey(ref)}`, parentId: undefined, ref, uid, health, healthMessage: message, createdAt: undefined, status: '', pod: undefined };
}

function compareRefs(a: ObjectRef, b: ObjectRef): number {
  const [left, right] = [objectKey(a), objectKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
