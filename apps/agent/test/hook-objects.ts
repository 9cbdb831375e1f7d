import type { KubeObject, ObjectRef } from '#domain';

type Annotations = Readonly<Record<string, string>>;

/** A Job that is a hook by its annotations; its image tells whether it succeeds. */
export function hookJob(name: string, annotations: Annotations, image = 'example.com/migrate:1'): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'migrate', image }] } } },
  };
}

export const job = (name: string, namespace = 'shop'): ObjectRef => ({ group: 'batch', kind: 'Job', namespace, name });
