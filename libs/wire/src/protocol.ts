import { ORDER_FEATURES } from '#domain';

/** Version of the session protocol. Changes are additive, so both sides speak the lower of the two. */
export const PROTOCOL_VERSION = 1;

/** Optional behaviour that a side announces, so that the other uses it only where it is understood. */
export const HUB_CAPABILITIES: readonly string[] = Object.freeze(['chunks', 'reports.ack', 'facts']);
export const AGENT_CAPABILITIES: readonly string[] = Object.freeze(['chunks', 'request.describe-object', 'request.list-resources', 'request.read-logs', 'requests.cancel', 'signing-keys', 'orders.tombstone', ...ORDER_FEATURES]);

/** One gRPC message is at most this long (R9). */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** A frame longer than this travels in chunks of this length. */
export const CHUNK_BYTES = 1024 * 1024;
/** A frame joined from chunks is at most this long. */
export const MAX_JOINED_BYTES = 64 * 1024 * 1024;
/** Questions of the hub that one agent works on at once. */
export const MAX_OPEN_REQUESTS = 8;
/** Questions for gates of rollouts that one agent works on at once, beside those of people. */
export const MAX_OPEN_GATE_REQUESTS = 4;
/** What reading logs may cost one agent; both sides hold it. */
export const LOG_LIMITS = Object.freeze({
  /** Logs that are read at once. */
  streams: 4,
  tailLines: 5_000,
  /** Characters of a log that is not followed. */
  characters: 1024 * 1024,
  /** Of a log that is followed. */
  charactersPerSecond: 64 * 1024,
  followMs: 600_000,
  /** One part. */
  partCharacters: 32 * 1024,
});
/** Reports in one frame, and targets in one frame of orders. */
export const MAX_REPORTS_PER_FRAME = 200;
export const MAX_ORDERS_PER_FRAME = 50;
/** The default between two heartbeats of an agent; the hub says the one in force. */
export const DEFAULT_HEARTBEAT_MS = 10_000;
/** A side that heard nothing for this many heartbeat intervals takes the stream for dead. */
export const MISSED_HEARTBEATS = 1.5;

/** Channel and server options that hold on both sides (R9): message bounds and keepalive below the heartbeat. */
export const GRPC_LIMITS = Object.freeze({
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
});

/** Certificates begin this much before they are issued: clocks of clusters are not the hub's (R51). */
export const CERTIFICATE_BACKDATE_MS = 5 * 60 * 1000;

/** Why a hub asks an agent to go away. */
export const GO_AWAY_REASONS = ['SHUTTING_DOWN', 'SUPERSEDED', 'REVOKED', 'OVERLOADED', 'PROTOCOL'] as const;
export type GoAwayReason = (typeof GO_AWAY_REASONS)[number];

/** How a question of the hub can fail. */
export const REQUEST_FAILURE_CODES = ['UNKNOWN_REQUEST', 'NOT_FOUND', 'FORBIDDEN', 'REFUSED', 'TIMEOUT', 'UNAVAILABLE', 'TOO_LARGE', 'OVERLOADED'] as const;
export type RequestFailureCode = (typeof REQUEST_FAILURE_CODES)[number];

export function isRequestFailureCode(text: string): text is RequestFailureCode {
  return REQUEST_FAILURE_CODES.some((code) => code === text);
}

/** The one URI in a client certificate that says which cluster of which hub it is for. */
export function clusterUri(hubId: string, clusterId: string): string {
  return `spiffe://capstan/hub/${hubId}/cluster/${clusterId}`;
}

/** What an agent signs with its last enrolled key to recover: see enrollment.proto. */
export function recoverBytes(nonce: Uint8Array, csr: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('capstan.agent.v1/recover\n', 'utf8'), nonce, csr]);
}
