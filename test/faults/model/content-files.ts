import type { Content } from '../plan/schedule.js';

/** Where an application's content lies in its repository. */
export const PATH = 'app';

/** The files of a content as a commit over `before`: what `before` had and this has not is removed. */
export function contentFiles(content: Content, before: Content | undefined): Readonly<Record<string, string | null>> {
  const files: Record<string, string | null> = {};
  for (const name of Object.keys(before?.values ?? {})) files[fileOf(name)] = null;
  if (before?.image !== undefined) files[fileOf('web')] = null;
  for (const [name, value] of Object.entries(content.values)) files[fileOf(name)] = configMap(name, value);
  if (content.image !== undefined) files[fileOf('web')] = deployment(content.image);
  if (content.isBroken) files[fileOf('marker')] = 'apiVersion: v1\nkind: [ConfigMap\n';
  return files;
}

const fileOf = (name: string): string => `${PATH}/${name}.yaml`;

function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata:\n  value: ${value}\n  tier: "\${tier}"\n  size: "\${size}"\n`;
}

function deployment(image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "${image}" }] }
`;
}
