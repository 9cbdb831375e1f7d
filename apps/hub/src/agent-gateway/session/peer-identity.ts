import { digestOf } from '#kernel';
import { clusterId, type ClusterId, type HubId } from '#domain';
import { addressOf } from '../enrollment/admission.js';

/** Who is at the other end, from the verified certificate alone. */
export interface PeerIdentity {
  readonly cluster: ClusterId;
  /** Hex, lower case. */
  readonly serial: string;
  /** Digest over the whole certificate. */
  readonly fingerprint: string;
  readonly address: string;
}

/** What grpc-js tells of a call's peer. Read it at once: after the end of the call it is empty. */
export interface PeerCall {
  getPeer(): string;
  getAuthContext(): { readonly sslPeerCertificate?: { readonly raw?: Uint8Array; readonly serialNumber?: string; readonly subjectaltname?: string } };
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/**
 * The whole text of the subject alternative names, as Node writes it: one URI, ours, in lower case. Node separates several names by ", " and quotes
 * what is unusual, so neither two names nor a name with odd characters can match.
 */
const ONE_URI = new RegExp(`^URI:spiffe://capstan/hub/(${UUID})/cluster/(${UUID})$`);

/** The identity in the peer's certificate; undefined unless it is exactly the one URI of a cluster of this hub. */
export function peerIdentity(call: PeerCall, hub: HubId): PeerIdentity | undefined {
  const certificate = call.getAuthContext().sslPeerCertificate;
  const match = ONE_URI.exec(certificate?.subjectaltname ?? '');
  const [, hubText, clusterText] = match ?? [];
  if (certificate?.raw === undefined || certificate.serialNumber === undefined || hubText !== hub || clusterText === undefined) return undefined;
  return { cluster: clusterId(clusterText), serial: certificate.serialNumber.toLowerCase(), fingerprint: digestOf(certificate.raw), address: addressOf(call.getPeer()) };
}
