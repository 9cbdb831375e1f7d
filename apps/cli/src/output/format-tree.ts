import { formatAge } from './format-age.js';
import { formatTable } from './format-table.js';

export interface ResourceNodeData {
  readonly id: string;
  readonly parentId: string | null;
  readonly object: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string };
  readonly health: string;
  readonly healthMessage: string;
  readonly createdAt: string | null;
  readonly status: string;
  readonly pod: { readonly ready: number; readonly total: number; readonly restarts: number; readonly containers: readonly string[] } | null;
}

export interface ResourceTreeData {
  /** Parents before their children. */
  readonly nodes: readonly ResourceNodeData[];
  readonly isTruncated: boolean;
  readonly unread: readonly { readonly group: string; readonly kind: string; readonly namespace: string; readonly reason: string }[];
}

/** The tree with its branches drawn, and columns beside it. */
export function formatTree({ nodes }: ResourceTreeData, now: Date): string {
  const children = new Map<string | null, ResourceNodeData[]>();
  for (const node of nodes) children.set(node.parentId, [...(children.get(node.parentId) ?? []), node]);
  const rows: string[][] = [];
  const draw = (node: ResourceNodeData, branch: string, below: string): void => {
    rows.push([`${branch}${nameOf(node)}`, node.health, node.status, node.pod === null ? '' : `${node.pod.ready}/${node.pod.total}`, node.pod === null ? '' : String(node.pod.restarts), node.createdAt === null ? '' : formatAge(node.createdAt, now)]);
    const inner = children.get(node.id) ?? [];
    for (const [index, child] of inner.entries()) {
      const isLast = index === inner.length - 1;
      draw(child, `${below}${isLast ? '└─' : '├─'}`, `${below}${isLast ? '  ' : '│ '}`);
    }
  };
  for (const root of children.get(null) ?? []) draw(root, '', '');
  return formatTable(['object', 'health', 'status', 'ready', 'restarts', 'age'], rows);
}

function nameOf({ object: { group, kind, namespace, name } }: ResourceNodeData): string {
  return `${kind}${group === '' ? '' : `.${group}`} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
