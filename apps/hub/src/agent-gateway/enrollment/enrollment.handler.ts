import { jitterMs, type Log, type Random, type Result } from '#kernel';
import { clusterId, type ClusterId } from '#domain';
import {
  asBuffer, decodeAgentVersion, enrollmentService, recoverBytes, toWireSigningKey,
  type EnrollRequest, type EnrollResponse, type RecoverChallengeRequest, type RecoverChallengeResponse, type RecoverRequest,
} from '#wire';
import type { ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { CertificateAuthority } from '../hub-identity/certificate-authority.js';
import { parseCsr } from '../hub-identity/parse-csr.js';
import { Refusal } from '../refusal.js';
import type { SigningKeyStore } from '../signing/signing-keys.js';
import { unary } from '../unary.js';
import { addressOf, type Admission } from './admission.js';
import type { Enrolled, EnrollFailure, EnrollmentStore } from './enrollment.store.js';
import { joinTokenHash } from './join-token.js';

export interface EnrollmentPorts {
  readonly store: EnrollmentStore;
  readonly authority: CertificateAuthority;
  readonly signingKeys: SigningKeyStore;
  readonly admission: Admission;
  readonly epoch: bigint;
  readonly certificateTtlMs: number;
  readonly random: Random;
  readonly log: Log;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NONCE_BYTES = 32;
const RETRY_AFTER_MS = 2_000;

/** Enrolment and recovery: the only calls that a stranger can make. Every refusal that could tell what exists reads alike. */
export class EnrollmentHandler {
  constructor(private readonly ports: EnrollmentPorts) {}

  implementation(): UntypedServiceImplementation {
    const { log } = this.ports;
    return {
      enroll: unary<EnrollRequest, EnrollResponse>(enrollmentService.enroll.path, log, (call) => this.admitted(call, (request, origin) => this.enroll(request, origin))),
      recoverChallenge: unary<RecoverChallengeRequest, RecoverChallengeResponse>(enrollmentService.recoverChallenge.path, log, (call) => this.admitted(call, (request) => this.challenge(request))),
      recover: unary<RecoverRequest, EnrollResponse>(enrollmentService.recover.path, log, (call) => this.admitted(call, (request, origin) => this.recover(request, origin))),
    };
  }

  private async enroll(request: EnrollRequest, origin: string): Promise<EnrollResponse> {
    const tokenHash = joinTokenHash(request.joinToken);
    if (tokenHash === undefined) throw new Refusal('ENROLLMENT_REFUSED');
    if (!UUID.test(request.kubeSystemUid)) throw new Refusal('MALFORMED');
    const publicKey = await parseCsr(request.csr); // before the token burns: a broken CSR costs nothing
    if (!publicKey.ok) throw new Refusal('CSR_REFUSED');
    const enrolled = await this.ports.store.enroll({
      tokenHash,
      kubeSystemUid: request.kubeSystemUid,
      agentVersion: decodeAgentVersion(request.agentVersion),
      publicKey: new Uint8Array(publicKey.value.rawData),
      origin,
      issue: (cluster) => this.ports.authority.issueClient(cluster, publicKey.value, this.ports.certificateTtlMs),
    });
    return this.answer(enrolled, 'enrolled', origin);
  }

  private async challenge(request: RecoverChallengeRequest): Promise<RecoverChallengeResponse> {
    const nonce = this.ports.random.bytes(NONCE_BYTES);
    const cluster = readCluster(request.clusterId);
    if (cluster !== undefined) await this.ports.store.addNonce(cluster, sha256(nonce));
    return { nonce: asBuffer(nonce) }; // the same for a cluster that is not there
  }

  private async recover(request: RecoverRequest, origin: string): Promise<EnrollResponse> {
    const cluster = readCluster(request.clusterId);
    if (cluster === undefined || request.nonce.length !== NONCE_BYTES) throw new Refusal('ENROLLMENT_REFUSED');
    const publicKey = await parseCsr(request.csr);
    if (!publicKey.ok) throw new Refusal('CSR_REFUSED');
    const signedBytes = recoverBytes(request.nonce, request.csr);
    const recovered = await this.ports.store.recover({
      cluster,
      nonceHash: sha256(request.nonce),
      publicKey: new Uint8Array(publicKey.value.rawData),
      origin,
      isSignedBy: (spki) => verify('sha256', signedBytes, createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), request.signature),
      issue: (id) => this.ports.authority.issueClient(id, publicKey.value, this.ports.certificateTtlMs),
    });
    return this.answer(recovered, 'recovered', origin);
  }

  private async answer(result: Result<Enrolled, EnrollFailure>, what: string, origin: string): Promise<EnrollResponse> {
    if (!result.ok) {
      const { code } = result.error;
      this.ports.log.warn('an enrolment was refused', code === 'ENROLLMENT_REFUSED' ? { code, why: result.error.why, clusterId: result.error.cluster, origin } : { code, origin });
      throw new Refusal(result.error.code);
    }
    const { cluster, certificate } = result.value;
    this.ports.log.info(`cluster ${what}`, { clusterId: cluster.id, cluster: cluster.name, serial: certificate.serial, origin });
    const keys = await this.ports.signingKeys.active();
    return {
      certificateChain: [asBuffer(certificate.der), asBuffer(this.ports.authority.caDer)],
      hubId: this.ports.authority.hub,
      clusterId: cluster.id,
      clusterName: cluster.name,
      epoch: this.ports.epoch,
      signingKeys: keys.map(toWireSigningKey),
    };
  }

  private async admitted<Req, Res>(call: ServerUnaryCall<Req, Res>, handle: (request: Req, origin: string) => Promise<Res>): Promise<Res> {
    const address = addressOf(call.getPeer());
    const admitted = await this.ports.admission.run(address, () => handle(call.request, `grpc:${address}`));
    if (admitted === undefined) throw new Refusal('OVERLOADED', jitterMs(RETRY_AFTER_MS, 0.5, this.ports.random));
    return admitted.value;
  }
}

function readCluster(text: string): ClusterId | undefined {
  return UUID.test(text) ? clusterId(text) : undefined;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
