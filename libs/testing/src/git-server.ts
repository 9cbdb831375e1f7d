import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { freePorts } from './real-kubernetes/free-ports.js';
import { gitForTests } from './git-for-tests.js';

/** What a request was for. Under protocol version 2 the refs are asked for by a POST of their own; before, they come with the advertisement. */
export type GitRequestKind = 'capabilities' | 'ref-look-up' | 'fetch' | 'push' | 'other';

export interface GitAccess {
  readonly method: string;
  readonly path: string;
  readonly repository: string;
  readonly kind: GitRequestKind;
  readonly gitProtocol: string | undefined;
  /** The header as it came, so that a test can assert who was told a password. */
  readonly authorization: string | undefined;
  /** A fetch that asked for a depth. */
  readonly isShallow: boolean;
  /** Fault or status that was answered. */
  readonly answered: string;
}

/** A true answer, changed on its way: cut off at a part of its length (0 to 1), with a connection that breaks, hangs or ends in order, or with one byte turned over. */
export type GitLie = { readonly cutAt: number; readonly then: 'close' | 'hang' | 'end' } | { readonly garbledAt: number };

/** What the next requests get. `truncate` cuts the connection in the middle of the true answer; `answer` is none, to let some pass before a fault. */
export type GitFault = 'answer' | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | ((access: GitAccess) => string) } | 'hang' | 'close' | 'truncate' | GitLie;

export interface GitServerOptions {
  /** 0 chooses one; a chosen port can be kept over stop and start. */
  readonly port?: number;
  /** Keep repositories here (and after `dispose`) instead of in a temporary directory. */
  readonly root?: string;
  /** false: the server knows only protocol version 0, as some hosts do. */
  readonly protocolV2?: boolean;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Also repositories below `root` that somebody else has made. */
  readonly servesAll?: boolean;
  /** Hears of every request as it comes. */
  readonly onAccess?: (access: GitAccess) => void;
}

export interface GitRepositoryOptions {
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Who may push besides, and nobody else then; may read too. */
  readonly writer?: { readonly username: string; readonly password: string };
  /** `uploadpack.allowFilter`, on by default. */
  readonly allowFilter?: boolean;
  /** `uploadpack.allowAnySHA1InWant`, on by default; under protocol version 2 Git's own server allows it anyway. */
  readonly allowAnySha1?: boolean;
  /** Accept pushes over HTTP; off by default. */
  readonly allowPush?: boolean;
}

/** A real Git server: `git http-backend` behind HTTP on loopback, with a log of what was asked and a switch for faults. */
export class GitServer {
  readonly accesses: GitAccess[] = [];
  private readonly repositories = new Map<string, GitRepositoryOptions>();
  private readonly faults: GitFault[] = [];
  private server: Server | undefined;
  private boundPort: number;

  private constructor(
    readonly root: string,
    private readonly options: GitServerOptions,
    private readonly backend: string,
  ) {
    this.boundPort = options.port ?? 0;
  }

  static async start(options: GitServerOptions = {}): Promise<GitServer> {
    const root = options.root ?? (await mkdtemp(join(tmpdir(), 'capstan-git-server-')));
    const server = new GitServer(root, options, join((await gitForTests(['--exec-path'])).trim(), 'git-http-backend'));
    await server.start();
    return server;
  }

  get port(): number {
    return this.boundPort;
  }

  url(repository: string): string {
    return `${this.options.tls === undefined ? 'http' : 'https'}://localhost:${this.boundPort}/${repository}.git`;
  }

  directory(repository: string): string {
    return join(this.root, `${repository}.git`);
  }

  /** Makes an empty bare repository. One that exists already (a kept `root`) is taken over. */
  async createRepository(name: string, options: GitRepositoryOptions = {}): Promise<void> {
    const directory = this.directory(name);
    await gitForTests(['init', '--quiet', '--bare', '--initial-branch=main', directory]);
    for (const [key, value] of [
      ['uploadpack.allowFilter', options.allowFilter ?? true],
      ['uploadpack.allowAnySHA1InWant', options.allowAnySha1 ?? true],
      ['http.receivepack', options.allowPush ?? options.writer !== undefined],
    ] as const) {
      await gitForTests(['--git-dir', directory, 'config', key, String(value)]);
    }
    this.repositories.set(name, options);
  }

  /** The next `times` requests get this instead of an answer. */
  fail(times: number, fault: GitFault): void {
    for (let i = 0; i < times; i++) this.faults.push(fault);
  }

  clearFaults(): void {
    this.faults.length = 0;
  }

  count(kind: GitRequestKind, repository?: string): number {
    return this.accesses.filter((access) => access.kind === kind && (repository === undefined || access.repository === repository)).length;
  }

  /** Starts again on the same port after `stop`. */
  async start(): Promise<void> {
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      this.serve(request, response).catch(() => response.destroy());
    };
    this.server = this.options.tls === undefined ? createServer(onRequest) : createTlsServer(this.options.tls, onRequest);
    if (this.boundPort === 0) [this.boundPort = 0] = await freePorts(1);
    this.server.listen(this.boundPort, 'localhost');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address !== null && typeof address === 'object') this.boundPort = address.port;
  }

  /** Closes the port and every connection. Repositories stay, for `start`. */
  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  /** Stops, and removes the repositories unless their place was given. */
  async dispose(): Promise<void> {
    await this.stop();
    if (this.options.root === undefined) await rm(this.root, { recursive: true, force: true });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const match = /^\/(.+?)\.git(\/.*)$/.exec(decodeURIComponent(url.pathname));
    const repository = match?.[1] ?? '';
    const body = await bodyOf(request);
    const gitProtocol = this.options.protocolV2 === false ? undefined : headerOf(request, 'git-protocol');
    const next = this.faults.shift();
    const fault = next === 'answer' ? undefined : next;
    const known = this.repositories.get(repository) ?? (this.options.servesAll === true && repository !== '' && existsSync(this.directory(repository)) ? {} : undefined);
    const shown = headerOf(request, 'authorization');
    const isWriter = known?.writer !== undefined && shown === basic(known.writer);
    const isPush = kindOf(url, request, body, gitProtocol) === 'push';
    const authorised = isWriter || ((known?.credentials === undefined || shown === basic(known.credentials)) && !(isPush && known?.writer !== undefined));
    const status = known === undefined ? 404 : authorised ? 200 : 401;
    const access: GitAccess = {
      method: request.method ?? '', path: `${url.pathname}${url.search}`, repository, kind: kindOf(url, request, body, gitProtocol), gitProtocol,
      authorization: headerOf(request, 'authorization'),
      isShallow: body.includes('deepen '),
      answered: fault === undefined ? String(status) : typeof fault === 'string' ? fault : 'status' in fault ? String(fault.status) : 'lie',
    };
    this.note(access);
    if (fault === 'hang') return;
    if (fault === 'close') {
      response.destroy();
      return;
    }
    const lie: GitLie | undefined = fault === 'truncate' ? { cutAt: 0.5, then: 'close' } : fault !== undefined && !('status' in fault) ? fault : undefined;
    if (fault !== undefined && fault !== 'truncate' && 'status' in fault) {
      response.writeHead(fault.status, fault.headers).end(typeof fault.body === 'function' ? fault.body(access) : (fault.body ?? 'made to fail'));
      return;
    }
    if (status === 401) response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?');
    else if (status !== 200) response.writeHead(status).end('no such repository');
    else await this.runBackend(request, response, url, body, gitProtocol, lie);
  }

  private note(access: GitAccess): void {
    this.accesses.push(access);
    this.options.onAccess?.(access);
  }

  /** One CGI run of git http-backend (RFC 3875): head lines, an empty line, the body. */
  private async runBackend(request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer, gitProtocol: string | undefined, lie: GitLie | undefined): Promise<void> {
    const child = spawn(this.backend, [], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        GIT_PROJECT_ROOT: this.root, GIT_HTTP_EXPORT_ALL: '1', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*',
        PATH: '/usr/local/bin:/usr/bin:/bin', REQUEST_METHOD: request.method ?? 'GET', PATH_INFO: decodeURIComponent(url.pathname), QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: headerOf(request, 'content-type') ?? '', CONTENT_LENGTH: String(body.length), REMOTE_ADDR: '127.0.0.1', REMOTE_USER: 'tester',
        ...(gitProtocol === undefined ? {} : { GIT_PROTOCOL: gitProtocol }),
      },
    });
    child.stdin.on('error', () => undefined); // it may answer without reading everything
    child.stdin.end(body);
    response.once('close', () => child.kill('SIGKILL'));
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(Buffer.from(chunk));
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = new Map(output.toString('latin1', 0, Math.max(0, end)).split('\r\n').map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.replace(/^[^:]*:\s*/, '')]));
    const answer = output.subarray(end + 4);
    const status = end === -1 ? 500 : Number.parseInt(headers.get('status') ?? '200', 10);
    headers.delete('status');
    const told = lie === undefined ? answer : changed(answer, lie);
    const isWhole = lie === undefined || 'garbledAt' in lie || lie.then === 'end';
    headers.set('content-length', String(isWhole ? told.length : answer.length));
    if (end === -1) headers.clear();
    response.writeHead(status, Object.fromEntries(headers));
    if (isWhole) response.end(told);
    else response.write(told, () => (lie.then === 'close' ? response.destroy() : undefined));
  }
}

function changed(answer: Buffer, lie: GitLie): Buffer {
  if ('cutAt' in lie) return answer.subarray(0, Math.floor(answer.length * lie.cutAt));
  const garbled = Buffer.from(answer);
  const at = Math.min(garbled.length - 1, Math.floor(garbled.length * lie.garbledAt));
  if (at >= 0) garbled.writeUInt8(garbled.readUInt8(at) ^ 0xff, at);
  return garbled;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks);
  return headerOf(request, 'content-encoding') === 'gzip' ? gunzipSync(body) : body;
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function basic(credentials: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

function kindOf(url: URL, request: IncomingMessage, body: Buffer, gitProtocol: string | undefined): GitRequestKind {
  const isV2 = gitProtocol?.includes('version=2') ?? false;
  if (url.pathname.endsWith('/info/refs')) {
    if (url.searchParams.get('service') === 'git-receive-pack') return 'push';
    return isV2 ? 'capabilities' : 'ref-look-up';
  }
  if (request.method !== 'POST') return 'other';
  if (url.pathname.endsWith('/git-receive-pack')) return 'push';
  if (!url.pathname.endsWith('/git-upload-pack')) return 'other';
  return body.subarray(0, 64).includes('command=ls-refs') ? 'ref-look-up' : 'fetch';
}
