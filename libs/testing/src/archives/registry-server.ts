import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../real-kubernetes/free-ports.js';
import { GuardedProcess } from '../real-kubernetes/guarded-process.js';
import { until } from '../until.js';
import type { ChartToPack, HelmProgram } from './chart-packer.js';
import { FrontServer, type FrontAnswer } from './front-server.js';

/** Of a registry that wants them. The hash is that of the password, as `htpasswd -B` makes it. */
export const REGISTRY_USER = Object.freeze({ username: 'puller', password: 'a-password-of-the-registry' });
const HTPASSWD = 'puller:$2a$04$VTsmN0zbkifjqB6cuPQw.OXfc.wGIrlS9LcNSUKTBhNaCMQIrDmsS\n';

export interface RegistryOptions {
  /** BASIC: the registry itself asks for REGISTRY_USER. TOKEN: a token is made for REGISTRY_USER, at `/token` before the registry. @default NONE */
  readonly auth?: 'NONE' | 'BASIC' | 'TOKEN';
}

const TOKEN = 'a-token-that-was-made-for-a-test';
const START_MS = 20_000;

/** A real registry (distribution) as a process; what is read from it goes through a front that logs and lies. */
export class RegistryServer {
  private constructor(
    readonly front: FrontServer,
    private readonly process: GuardedProcess,
    private readonly directory: string,
    private readonly port: number,
    private readonly auth: NonNullable<RegistryOptions['auth']>,
  ) {}

  static async start(program: string, { auth = 'NONE' }: RegistryOptions = {}): Promise<RegistryServer> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-registry-'));
    const [port = 0] = await freePorts(1);
    const users = join(directory, 'htpasswd');
    await writeFile(users, HTPASSWD);
    const basic = auth === 'BASIC' ? `auth:\n  htpasswd: { realm: charts, path: ${users} }\n` : '';
    const config = join(directory, 'config.yml');
    await writeFile(config, `version: 0.1\nlog: { level: warn }\nstorage: { filesystem: { rootdirectory: ${join(directory, 'storage')} } }\nhttp: { addr: "127.0.0.1:${port}", secret: of-a-test }\n${basic}`);
    const process = new GuardedProcess({ name: 'registry', file: program, args: ['serve', config], cwd: directory, logPath: join(directory, 'log'), env: { OTEL_TRACES_EXPORTER: 'none' } });
    const front = new FrontServer((request) => answer(port, auth, request));
    await front.start();
    const registry = new RegistryServer(front, process, directory, port, auth);
    await until('the registry answers', START_MS, async () => ((await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined)) === undefined ? undefined : true), () => ` ${process.isRunning ? '' : 'it ended'}`);
    return registry;
  }

  /** Where charts are pulled from: `http://` because it has no TLS. */
  get url(): string {
    return `http://${this.front.authority}/team/charts`;
  }

  /** Pushes with the real helm; answers the digest of the archive. */
  async push(helm: HelmProgram, chart: ChartToPack): Promise<string> {
    const archive = await helm.pack(chart, helm.directory);
    const host = `localhost:${this.port}`;
    if (this.auth === 'BASIC') await helm.run(['registry', 'login', host, '--plain-http', '--username', REGISTRY_USER.username, '--password-stdin'], REGISTRY_USER.password);
    await helm.run(['push', archive, `oci://${host}/team/charts`, '--plain-http']);
    return digestOf(await readFile(archive));
  }

  /** Pushes an artifact of one layer, as `flux push artifact` or `oras push` do. Answers the digests of layer and manifest. */
  async pushArtifact(repository: string, tag: string, layer: { readonly mediaType: string; readonly content: Uint8Array }): Promise<{ readonly layer: string; readonly manifest: string }> {
    const config = Buffer.from('{}');
    const described = [];
    for (const [mediaType, content] of [['application/vnd.oci.empty.v1+json', config], [layer.mediaType, Buffer.from(layer.content)]] as const) {
      const digest = digestOf(content);
      const begun = await this.send('POST', `/v2/${repository}/blobs/uploads/`);
      const place = new URL(begun.headers.get('location') ?? '', `http://127.0.0.1:${this.port}`);
      place.searchParams.set('digest', digest);
      await this.send('PUT', place.pathname + place.search, content, 'application/octet-stream');
      described.push({ mediaType, digest, size: content.length });
    }
    const [configDescriptor, layerDescriptor] = described;
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: configDescriptor, layers: [layerDescriptor] }));
    await this.send('PUT', `/v2/${repository}/manifests/${tag}`, manifest, 'application/vnd.oci.image.manifest.v1+json');
    return { layer: digestOf(layer.content), manifest: digestOf(manifest) };
  }

  async stop(): Promise<void> {
    await this.front.stop();
    await this.process.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async send(method: string, path: string, body?: Buffer, contentType?: string): Promise<Response> {
    const answered = await fetch(`http://127.0.0.1:${this.port}${path}`, { method, ...(body === undefined ? {} : { body: new Uint8Array(body) }), headers: contentType === undefined ? {} : { 'content-type': contentType } });
    if (!answered.ok) throw new Error(`${method} ${path}: the registry answered ${answered.status}: ${await answered.text()}`);
    return answered;
  }
}

async function answer(port: number, auth: RegistryOptions['auth'], { method, path, headers }: { readonly method: string; readonly path: string; readonly headers: { readonly authorization?: string | undefined; readonly accept?: string | undefined; readonly host?: string | undefined } }): Promise<FrontAnswer> {
  const { authorization, accept } = headers;
  if (auth === 'TOKEN') {
    const wanted = `Basic ${Buffer.from(`${REGISTRY_USER.username}:${REGISTRY_USER.password}`).toString('base64')}`;
    if (path.startsWith('/token')) return authorization === wanted ? { status: 200, body: JSON.stringify({ token: TOKEN }) } : { status: 401 };
    if (authorization !== `Bearer ${TOKEN}`) return { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${headers.host ?? ''}/token",service="registry",scope="repository:team/charts/web:pull"` } };
  }
  const passed = auth === 'TOKEN' || authorization === undefined ? {} : { authorization };
  const answered = await fetch(`http://127.0.0.1:${port}${path}`, { method, redirect: 'manual', headers: { ...passed, ...(accept === undefined ? {} : { accept }) } });
  const kept = ['content-type', 'docker-content-digest', 'www-authenticate', 'link', 'location'].flatMap((name) => {
    const value = answered.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { status: answered.status, headers: Object.fromEntries(kept), body: new Uint8Array(await answered.arrayBuffer()) };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
