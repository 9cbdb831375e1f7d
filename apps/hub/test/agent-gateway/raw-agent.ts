import 'reflect-metadata';
import { until } from '#testing';
import {
  decodeHubFrame, encodeAgentFrame, enrollmentService, framesOf, FrameReader, rootDigest, sessionService,
  type AgentBody, type EnrollResponse, type Hello, type HubBody, type RenewResponse,
} from '#wire';
import { ChannelCredentials, Client, Metadata, type ClientDuplexStream, type MethodDefinition, type StatusObject } from '@grpc/grpc-js';
import * as x509 from '@peculiar/x509';
import { webcrypto, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { GatewayWorld, RunningGateway } from './gateway-fixture.js';

export interface KeyAndCsr {
  readonly privateKeyPem: string;
  readonly csr: Buffer;
}

export interface RawIdentity {
  readonly cluster: string;
  readonly privateKeyPem: string;
  readonly chainPem: string;
}

export interface CallFailure {
  readonly status: number;
  readonly details: string;
}

/** A key with a CSR whose subject and names say whatever a test wants a hub to ignore. */
export async function aCsr(options: { readonly subject?: string; readonly uris?: readonly string[]; readonly curve?: 'P-256' | 'P-384' } = {}): Promise<KeyAndCsr> {
  const algorithm = { name: 'ECDSA', namedCurve: options.curve ?? 'P-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: options.subject ?? 'CN=anything', keys, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: options.uris === undefined ? [] : [new x509.SubjectAlternativeNameExtension(options.uris.map((value) => ({ type: 'url', value })))],
  });
  return { privateKeyPem: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'), csr: Buffer.from(request.rawData) };
}

export function pemOf(chain: readonly Uint8Array[]): string {
  return chain.map((der) => new X509Certificate(der).toString()).join('\n');
}

export function credentialsOf(caPem: string, identity?: Pick<RawIdentity, 'chainPem' | 'privateKeyPem'>): ChannelCredentials {
  return ChannelCredentials.createFromSecureContext(createSecureContext({ ca: caPem, ...(identity === undefined ? {} : { cert: identity.chainPem, key: identity.privateKeyPem }) }));
}

export function aClient(port: number, credentials: ChannelCredentials): Client {
  return new Client(`localhost:${port}`, credentials, { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_retries': 0 });
}

/** One unary call to its answer or its status. */
export function call<Req, Res>(client: Client, method: MethodDefinition<Req, Res>, request: Req): Promise<Res | CallFailure> {
  return new Promise((resolve) => {
    client.makeUnaryRequest<Req, Res>(method.path, method.requestSerialize, method.responseDeserialize, request, new Metadata(), { deadline: Date.now() + 15_000 }, (error, response) => {
      resolve(response !== undefined && error === null ? response : { status: error?.code ?? -1, details: error?.details ?? '' });
    });
  });
}

export async function enrollRaw(
  world: GatewayWorld,
  running: RunningGateway,
  token: string,
  options: { readonly key?: KeyAndCsr; readonly kubeSystemUid?: string } = {},
): Promise<(RawIdentity & { readonly response: EnrollResponse }) | CallFailure> {
  const key = options.key ?? (await aCsr());
  const client = aClient(running.enrollPort, credentialsOf(world.identity.authority.caPem));
  try {
    const response = await call(client, enrollmentService.enroll, {
      joinToken: token, csr: key.csr, kubeSystemUid: options.kubeSystemUid ?? '11111111-1111-4111-8111-111111111111', agentVersion: 'raw',
    });
    return 'status' in response ? response : { cluster: response.clusterId, privateKeyPem: key.privateKeyPem, chainPem: pemOf(response.certificateChain), response };
  } finally {
    client.close();
  }
}

export async function renewRaw(world: GatewayWorld, running: RunningGateway, identity: RawIdentity, csr: Buffer): Promise<RenewResponse | CallFailure> {
  const client = aClient(running.agentPort, credentialsOf(world.identity.authority.caPem, identity));
  try {
    return await call(client, sessionService.renew, { csr });
  } finally {
    client.close();
  }
}

export function expectEnrolled<T extends object>(result: T | CallFailure): T {
  if ('status' in result) throw new Error(`not enrolled: ${JSON.stringify(result)}`);
  return result;
}

/** A stream that does what it is told, frame by frame, to see how the hub answers. */
export class RawAgent {
  readonly frames: HubBody[] = [];
  status: StatusObject | undefined;
  readonly call: ClientDuplexStream<Buffer, Buffer>;
  private readonly client: Client;

  constructor(world: GatewayWorld, running: RunningGateway, identity: Pick<RawIdentity, 'chainPem' | 'privateKeyPem'>, caPem = world.identity.authority.caPem) {
    this.client = aClient(running.agentPort, credentialsOf(caPem, identity));
    const { connect } = sessionService;
    this.call = this.client.makeBidiStreamRequest<Buffer, Buffer>(connect.path, connect.requestSerialize, connect.responseDeserialize, new Metadata(), {});
    this.call.on('error', () => undefined);
    this.call.once('status', (status: StatusObject) => (this.status = status));
    void this.read();
  }

  private async read(): Promise<void> {
    const reader = new FrameReader<HubBody>(decodeHubFrame);
    try {
      for await (const message of framesOf(this.call)) {
        const frame = reader.read(message);
        if (frame.ok && frame.value !== undefined) this.frames.push(frame.value.body);
      }
    } catch {
      // the status tells
    }
  }

  send(body: AgentBody): void {
    const messages = encodeAgentFrame(body, 'raw');
    if (messages.ok) for (const message of messages.value) this.call.write(message);
  }

  sendBytes(bytes: Buffer): void {
    this.call.write(bytes);
  }

  hello(overrides: Partial<Hello> = {}): void {
    this.send({
      $case: 'hello',
      value: { protocol: 1, agentVersion: 'raw', capabilities: [], rootDigest: rootDigest([]), epoch: 0n, lastReportSequence: 0n, credentialDigests: {}, signingKeyIds: [], facts: undefined, ...overrides },
    });
  }

  /** The first frame of a kind from index `from` on. */
  async next<C extends HubBody['$case']>(kind: C, from = 0): Promise<Extract<HubBody, { $case: C }>> {
    return until(`a frame ${kind}`, 10_000, () => {
      return this.frames.slice(from).find((frame): frame is Extract<HubBody, { $case: C }> => frame.$case === kind);
    }, () => JSON.stringify({ got: this.frames.map((frame) => frame.$case), status: this.status }));
  }

  async ended(): Promise<CallFailure> {
    const status = await until('the end of the stream', 15_000, () => this.status, () => this.frames.map((frame) => frame.$case).join());
    return { status: status.code, details: status.details };
  }

  close(): void {
    this.call.cancel();
    this.client.close();
  }
}

