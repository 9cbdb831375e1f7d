/** The application of the benchmarks: of eleven objects ten are ConfigMaps, one is a Deployment. */
export type BenchKind = 'ConfigMap' | 'Deployment';

const OF_EACH_DEPLOYMENT = 11;

export const OBJECTS_NOTE = 'of eleven objects ten are ConfigMaps, one is a Deployment; plain YAML, one file each; their namespace is made by the agent';

export const kindOf = (index: number): BenchKind => (index % OF_EACH_DEPLOYMENT === OF_EACH_DEPLOYMENT - 1 ? 'Deployment' : 'ConfigMap');
export const nameOf = (index: number): string => `part-${String(index).padStart(5, '0')}`;

/** Files for objects `from` to `to - 1`, one each; `revision` shows in every one of them. */
export function filesOf(path: string, from: number, to: number, revision: number): Readonly<Record<string, string>> {
  const indexes = Array.from({ length: to - from }, (_, offset) => from + offset);
  return Object.fromEntries(indexes.map((index) => [`${path}/${nameOf(index)}.yaml`, manifest(index, revision)]));
}

function manifest(index: number, revision: number): string {
  const name = nameOf(index);
  switch (kindOf(index)) {
    case 'ConfigMap':
      return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  revision: "${revision}"\n  colour: blue\n  LOG_LEVEL: info\n  greeting: |\n    Settings of one part of the application, as long as such things are.\n`;
    case 'Deployment':
      return deployment(name, revision);
  }
}

const deployment = (name: string, revision: number): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
      annotations:
        example.com/revision: "${revision}"
    spec:
      containers:
        - name: main
          image: registry.example.com/part:1.0.0
          ports:
            - { name: http, containerPort: 8080 }
          env:
            - { name: LOG_LEVEL, value: info }
          resources:
            requests: { cpu: 10m, memory: 16Mi }
`;
