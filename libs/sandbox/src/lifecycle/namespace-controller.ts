import { timestamp, type ClusterContext } from '../cluster-context.js';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { putOrRemove } from '../verbs/store-change.js';
import { deleteObject } from '../verbs/delete-object.js';
import type { Change } from '../store/change-log.js';
import type { Controller, Work } from './controller-loop.js';

const NAMESPACES = '/namespaces';

/** Gives a new namespace its `default` ServiceAccount and the CA, and empties a terminating one before it goes. */
export class NamespaceController implements Controller {
  constructor(
    private readonly cluster: ClusterContext,
    private readonly caPem: string,
  ) {}

  workFor(change: Change): readonly Work[] {
    const name = change.table === NAMESPACES ? change.object.metadata.name : change.type === 'DELETED' ? change.object.metadata.namespace : undefined;
    return name === undefined || name === '' ? [] : [{ id: `namespace/${name}`, run: () => this.reconcile(name) }];
  }

  private reconcile(name: string): undefined {
    const namespace = this.cluster.store.get(NAMESPACES, '', name);
    if (namespace === undefined) return;
    if (namespace.metadata.deletionTimestamp === undefined) return this.furnish(name);
    const content = this.contentOf(name);
    for (const { table, object } of content) {
      const type = this.cluster.registry.ofTable(table);
      const isGoing = object.metadata.deletionTimestamp !== undefined;
      if (type !== undefined && !isGoing) deleteObject(this.cluster, { type, namespace: name, name: object.metadata.name, propagationPolicy: 'Background', dryRun: false });
    }
    if (this.contentOf(name).length > 0) return; // finalizers hold something: its removal wakes us
    if ((namespace.metadata.finalizers ?? []).length === 0) this.cluster.store.remove(NAMESPACES, namespace);
  }

  private contentOf(name: string): readonly { readonly table: string; readonly object: ReturnType<ClusterContext['store']['list']>[number] }[] {
    return this.cluster.store.tableNames().flatMap((table) => this.cluster.store.list(table, name).map((object) => ({ table, object })));
  }

  private furnish(namespace: string): undefined {
    this.ensure('/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount' }, namespace, 'default');
    this.ensure('/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', data: { 'ca.crt': this.caPem } }, namespace, 'kube-root-ca.crt');
  }

  private ensure(table: string, body: { readonly apiVersion: string; readonly kind: string; readonly data?: Readonly<Record<string, string>> }, namespace: string, name: string): void {
    const type = this.cluster.registry.ofTable(table);
    if (type === undefined || this.cluster.store.get(table, namespace, name) !== undefined) return;
    const metadata = { name, namespace, uid: this.cluster.ids.uuid(), creationTimestamp: timestamp(this.cluster.clock) };
    putOrRemove(this.cluster, type, kubeObjectOf({ ...body, metadata }));
  }
}
