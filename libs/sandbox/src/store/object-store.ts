import type { KubeObject } from '#domain';
import { ChangeLog } from './change-log.js';

/** The objects of one cluster by table and `namespace/name`, with one revision counter over all of them, as etcd has. Plain JSON, never changed in place. */
export class ObjectStore {
  readonly log: ChangeLog;
  private readonly tables = new Map<string, Map<string, KubeObject>>();
  private lastRevision = 1;

  constructor(historyCapacity: number) {
    this.log = new ChangeLog(historyCapacity);
  }

  get revision(): number {
    return this.lastRevision;
  }

  get(table: string, namespace: string, name: string): KubeObject | undefined {
    return this.tables.get(table)?.get(`${namespace}/${name}`);
  }

  /** Ordered by namespace and name; all namespaces when none is given. */
  list(table: string, namespace?: string): readonly KubeObject[] {
    const rows = [...(this.tables.get(table)?.entries() ?? [])];
    const wanted = namespace === undefined ? rows : rows.filter(([key]) => key.startsWith(`${namespace}/`));
    return wanted.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  tableNames(): readonly string[] {
    return [...this.tables.keys()];
  }

  /** Stores the object under the next revision. */
  put(table: string, object: KubeObject): KubeObject {
    const rows = this.tables.get(table) ?? new Map<string, KubeObject>();
    this.tables.set(table, rows);
    const key = keyOf(object);
    const previous = rows.get(key);
    const stored = this.stamp(object);
    rows.set(key, stored);
    const change = { revision: this.lastRevision, table, object: stored };
    this.log.append(previous === undefined ? { ...change, type: 'ADDED' } : { ...change, type: 'MODIFIED', previous });
    return stored;
  }

  /** Removes the object; watchers see it with the revision of its deletion. */
  remove(table: string, object: KubeObject): KubeObject {
    const rows = this.tables.get(table);
    const previous = rows?.get(keyOf(object));
    if (rows === undefined || previous === undefined) return object;
    rows.delete(keyOf(object));
    const gone = this.stamp(object);
    this.log.append({ revision: this.lastRevision, table, type: 'DELETED', object: gone, previous });
    return gone;
  }

  private stamp(object: KubeObject): KubeObject {
    this.lastRevision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.lastRevision) } };
  }
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
