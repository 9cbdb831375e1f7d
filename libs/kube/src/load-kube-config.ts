import { err, ok, type Result } from '#kernel';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { certificateCredentials, anonymousCredentials, tokenCredentials, tokenFileCredentials } from './credentials.js';
import { isRecord, stringAt } from './json-shape.js';
import type { KubeConfigFailure } from './kube-config-failure.js';
import { mergeKubeConfigs, parseKubeConfig, type KubeConfigDocument, type NamedEntry } from './kube-config-document.js';
import type { KubeConnection, KubeCredentials } from './kube-connection.js';
import { providerCredentials } from './provider-credentials.js';

export interface KubeConfigSource {
  /** The value of KUBECONFIG: paths, separated as in PATH. Absent or empty: in-cluster configuration. */
  readonly kubeconfig?: string | undefined;
  /** @default the current context */
  readonly context?: string | undefined;
  /** The values of KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
  readonly serviceHost?: string | undefined;
  readonly servicePort?: string | undefined;
  /** Where the kubelet mounts token, ca.crt and namespace. @default '/var/run/secrets/kubernetes.io/serviceaccount' */
  readonly serviceAccountDirectory?: string | undefined;
}

type Loaded<T> = Promise<Result<T, KubeConfigFailure>>;

const MOUNTED = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Finds out how to reach the cluster: by kubeconfig, else as a pod. Files are read; nothing is connected to. */
export async function loadKubeConfig(source: KubeConfigSource): Loaded<KubeConnection> {
  return source.kubeconfig === undefined || source.kubeconfig === '' ? inCluster(source) : fromFiles(source.kubeconfig, source.context);
}

async function inCluster(source: KubeConfigSource): Loaded<KubeConnection> {
  const { serviceHost: host, servicePort: port } = source;
  const directory = source.serviceAccountDirectory ?? MOUNTED;
  if (host === undefined || host === '' || port === undefined || port === '') {
    return err({ code: 'NOT_IN_CLUSTER', path: directory, detail: 'neither KUBECONFIG nor KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are set' });
  }
  const ca = await read(join(directory, 'ca.crt'));
  if (!ca.ok) return ca;
  const namespace = await read(join(directory, 'namespace'));
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return ok({ server, caPem: ca.value, credentials: tokenFileCredentials(join(directory, 'token')), namespace: namespace.ok ? namespace.value.trim() : undefined });
}

async function fromFiles(kubeconfig: string, wanted: string | undefined): Loaded<KubeConnection> {
  const paths = kubeconfig.split(delimiter).filter((path) => path !== '');
  const documents: KubeConfigDocument[] = [];
  for (const path of paths) {
    const text = await read(path);
    if (!text.ok) return text;
    const document = await parseKubeConfig(text.value, path);
    if (!document.ok) return document;
    documents.push(document.value);
  }
  const config = mergeKubeConfigs(documents);
  const name = wanted ?? config.currentContext;
  const context = name === undefined ? undefined : find(config.contexts, name);
  const cluster = context === undefined ? undefined : find(config.clusters, stringAt(context.fields, 'cluster'));
  const user = context === undefined ? undefined : find(config.users, stringAt(context.fields, 'user'));
  if (context === undefined || cluster === undefined) {
    return err({ code: 'CONTEXT_NOT_FOUND', path: kubeconfig, detail: name === undefined ? 'there is no current-context' : `context ${name}, or its cluster, is missing` });
  }
  if (user === undefined && (stringAt(context.fields, 'user') ?? '') !== '') return err({ code: 'CONTEXT_NOT_FOUND', path: kubeconfig, detail: `the user of context ${context.name} is missing` });

  const server = serverOf(cluster);
  if (!server.ok) return server;
  const ca = await pemOf(cluster, 'certificate-authority');
  if (!ca.ok) return ca;
  const credentials = user === undefined ? ok(anonymousCredentials) : await credentialsOf(user, cluster, context);
  if (!credentials.ok) return credentials;
  return ok({ server: server.value, caPem: ca.value, tlsServerName: text(cluster, 'tls-server-name'), credentials: credentials.value, namespace: text(context, 'namespace') });
}

function serverOf(cluster: NamedEntry): Result<string, KubeConfigFailure> {
  const refuse = (code: KubeConfigFailure['code'], detail: string): Result<string, KubeConfigFailure> => err({ code, path: cluster.file, detail: `cluster ${cluster.name}: ${detail}` });
  if (cluster.fields['insecure-skip-tls-verify'] === true) return refuse('INSECURE_REFUSED', 'insecure-skip-tls-verify is set; give certificate-authority instead');
  if (text(cluster, 'proxy-url') !== undefined) return refuse('UNSUPPORTED', 'proxy-url is not supported');
  const server = text(cluster, 'server');
  if (server === undefined || !URL.canParse(server)) return refuse('KUBECONFIG_INVALID', 'server is not a URL');
  const { protocol, hostname, username, password } = new URL(server);
  if (username !== '' || password !== '') return refuse('UNSUPPORTED', 'credentials in the URL of the server are not supported');
  if (protocol !== 'https:' && !(protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))) return refuse('INSECURE_REFUSED', 'server must be https');
  return ok(server);
}

async function credentialsOf(user: NamedEntry, cluster: NamedEntry, context: NamedEntry): Loaded<KubeCredentials> {
  if (isRecord(user.fields['exec']) || isRecord(user.fields['auth-provider'])) {
    const config = {
      'apiVersion': 'v1', 'kind': 'Config', 'current-context': context.name,
      'clusters': [{ name: cluster.name, cluster: cluster.fields }], 'users': [{ name: user.name, user: user.fields }], 'contexts': [{ name: context.name, context: context.fields }],
    };
    return ok(providerCredentials(JSON.stringify(config), context.name, user.name));
  }
  for (const field of ['username', 'password', 'as', 'as-groups', 'as-uid', 'as-user-extra']) {
    if (user.fields[field] !== undefined) return err({ code: 'UNSUPPORTED', path: user.file, detail: `user ${user.name}: ${field} is not supported` });
  }
  const cert = await pemOf(user, 'client-certificate');
  if (!cert.ok) return cert;
  const key = await pemOf(user, 'client-key');
  if (!key.ok) return key;
  if (cert.value !== undefined && key.value !== undefined) return ok(certificateCredentials({ cert: cert.value, key: key.value }));
  if (cert.value !== undefined || key.value !== undefined) return err({ code: 'KUBECONFIG_INVALID', path: user.file, detail: `user ${user.name}: a client certificate needs its key, and the other way round` });
  // as kubectl: a token file wins over a token, because it can be rotated
  const tokenFile = text(user, 'tokenFile');
  if (tokenFile !== undefined) return ok(tokenFileCredentials(besides(user, tokenFile)));
  const token = text(user, 'token');
  return ok(token === undefined ? anonymousCredentials : tokenCredentials(token));
}

/** `<field>-data` in base64, else the file that `<field>` names; undefined when neither is there. */
async function pemOf(entry: NamedEntry, field: string): Loaded<string | undefined> {
  const data = text(entry, `${field}-data`);
  const path = text(entry, field);
  if (data === undefined && path === undefined) return ok(undefined);
  const pem = data === undefined ? await read(besides(entry, path ?? '')) : ok(Buffer.from(data, 'base64').toString('utf8'));
  return !pem.ok || pem.value.includes('-----BEGIN ') ? pem : err({ code: 'KUBECONFIG_INVALID', path: entry.file, detail: `${entry.name}: ${field} is not PEM` });
}

function besides(entry: NamedEntry, path: string): string {
  return resolve(dirname(entry.file), path);
}

function text(entry: NamedEntry, field: string): string | undefined {
  const value = stringAt(entry.fields, field);
  return value === '' ? undefined : value;
}

function find(entries: readonly NamedEntry[], name: string | undefined): NamedEntry | undefined {
  return entries.find((entry) => entry.name === name);
}

async function read(path: string): Loaded<string> {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (error) {
    return err({ code: 'KUBECONFIG_UNREADABLE', path, detail: stringAt(error, 'code') ?? 'not readable' });
  }
}
