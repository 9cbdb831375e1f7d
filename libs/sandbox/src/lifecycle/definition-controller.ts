import type { KubeObject } from '#domain';
import type { JsonObject } from '#kernel';
import { timestamp, type ClusterContext } from '../cluster-context.js';
import { equalJson, withAt } from '../json/change-json.js';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { objectAt } from '../json/read-json.js';
import { customResourceTypes } from '../resources/custom-resources.js';
import { tableOf, type ResourceType } from '../resources/resource-type.js';
import type { Change } from '../store/change-log.js';
import { DEFINITION_FINALIZER, deleteObject, terminating } from '../verbs/delete-object.js';
import { putOrRemove } from '../verbs/store-change.js';
import type { Controller, Work } from './controller-loop.js';

const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';

/** Serves what CustomResourceDefinitions define, a moment after they are stored, and removes its objects before a definition goes. */
export class DefinitionController implements Controller {
  private readonly served = new Map<string, JsonObject>();

  constructor(private readonly cluster: ClusterContext) {}

  workFor(change: Change): readonly Work[] {
    if (change.table === DEFINITIONS) return [this.work(change.object.metadata.name)];
    if (change.type !== 'DELETED') return [];
    const [group = '', plural = ''] = change.table.split('/');
    return group === '' ? [] : [this.work(`${plural}.${group}`)];
  }

  private work(name: string): Work {
    return { id: `definition/${name}`, run: () => this.reconcile(name) };
  }

  private reconcile(name: string): undefined {
    const definition = this.cluster.store.get(DEFINITIONS, '', name);
    if (definition === undefined) {
      this.cluster.registry.retire(name);
      this.served.delete(name);
      return;
    }
    const types = customResourceTypes(definition);
    if (definition.metadata.deletionTimestamp !== undefined) return this.clear(definition, types[0]);
    const spec = objectAt(definition, 'spec');
    if (!equalJson(this.served.get(name), spec)) {
      this.cluster.registry.establish(name, types);
      this.served.set(name, spec);
    }
    const isEstablished = JSON.stringify(objectAt(definition, 'status')['conditions'] ?? []).includes('"Established"');
    if (!isEstablished) this.accept(definition);
  }

  private accept(definition: KubeObject): void {
    const lastTransitionTime = timestamp(this.cluster.clock);
    const conditions = [
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found', lastTransitionTime },
      { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted', lastTransitionTime },
    ];
    const status = { ...objectAt(definition, 'status'), conditions, acceptedNames: objectAt(definition, 'spec', 'names') };
    this.cluster.store.put(DEFINITIONS, kubeObjectOf({ ...definition, status }));
  }

  private clear(found: KubeObject, type: ResourceType | undefined): undefined {
    const isUnderWay = JSON.stringify(objectAt(found, 'status')['conditions'] ?? []).includes('"InstanceDeletionInProgress"');
    const definition = isUnderWay ? found : this.cluster.store.put(DEFINITIONS, kubeObjectOf({ ...found, ...terminating(this.cluster, found, 'InstanceDeletionInProgress') }));
    const objects = type === undefined ? [] : this.cluster.store.list(tableOf(type));
    for (const object of objects) {
      if (type === undefined || object.metadata.deletionTimestamp !== undefined) continue;
      deleteObject(this.cluster, { type, namespace: object.metadata.namespace ?? '', name: object.metadata.name, propagationPolicy: 'Background', dryRun: false });
    }
    if (type !== undefined && this.cluster.store.list(tableOf(type)).length > 0) return; // finalizers hold some: their removal wakes us
    const finalizers = (definition.metadata.finalizers ?? []).filter((finalizer) => finalizer !== DEFINITION_FINALIZER);
    const own = this.cluster.registry.ofTable(DEFINITIONS);
    if (own !== undefined && (definition.metadata.finalizers ?? []).includes(DEFINITION_FINALIZER)) {
      putOrRemove(this.cluster, own, kubeObjectOf(withAt(definition, ['metadata', 'finalizers'], finalizers.length === 0 ? undefined : finalizers)));
    }
  }
}

