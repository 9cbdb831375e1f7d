export { decodeAgentVersion } from './agent-version-wire.js';
export { ChunkJoiner, splitFrame, type ChunkFailure } from './chunking.js';
export { FrameOutbox, type FrameSink, type OutboxFailure } from './frame-outbox.js';
export { decodeFacts, encodeFacts, type ClusterFacts } from './facts-wire.js';
export {
  decodeAgentFrame, decodeHubFrame, encodeAgentFrame, encodeHubFrame, FrameReader, framesOf,
  type AgentBody, type FrameFailure, type HubBody, type Incoming,
} from './frames.js';
export type { EnrollRequest, EnrollResponse, RecoverChallengeRequest, RecoverChallengeResponse, RecoverRequest } from './generated/capstan/agent/v1/enrollment.js';
export type {
  DescribedObject as WireDescribedObject, Goodbye, Heartbeat, Hello, OrderReceipts, RenewRequest, RenewResponse, Reports, Request as WireRequest,
  RepositoryCredentials as WireRepositoryCredentials, Response as WireResponse, Welcome,
} from './generated/capstan/agent/v1/session.js';
export { decodeDescribedObject, decodeDescribeObject, encodeDescribedObject, encodeDescribeObject, type DescribedObject, type ObjectEvent } from './describe-wire.js';
export { decodeAskTests, decodeTestRun, encodeAskTests, encodeTestRun, TEST_LIMITS, type TestsQuestion } from './test-run-wire.js';
export { decodeGateJobRun, decodeRunGateJob, encodeGateJobRun, encodeRunGateJob, type GateJobQuestion, type GateJobState } from './gate-job-wire.js';
export { decodeMeasurement, decodeMeasureMetric, encodeMeasurement, encodeMeasureMetric, type Measurement } from './metric-wire.js';
export { decodeListResources, decodeResourceTree, encodeListResources, encodeResourceTree } from './resource-tree-wire.js';
export { decodeLogPart, decodeReadLogs, encodeLogPart, encodeReadLogs, LOG_ENDS, type LogEnd, type LogPart, type LogQuestion } from './logs-wire.js';
export { decodeRepositoryCredentials, encodeRepositoryCredentials, type CredentialContent } from './credentials-wire.js';
export { decodeOrder, decodeOrderHeader, encodeOrder, ORDER_TYPE } from './order-wire.js';
export {
  AGENT_CAPABILITIES, CERTIFICATE_BACKDATE_MS, CHUNK_BYTES, clusterUri, DEFAULT_HEARTBEAT_MS, GO_AWAY_REASONS, GRPC_LIMITS, HUB_CAPABILITIES, isRequestFailureCode, LOG_LIMITS, MAX_JOINED_BYTES,
  MAX_MESSAGE_BYTES, MAX_OPEN_GATE_REQUESTS, MAX_OPEN_REQUESTS, MAX_ORDERS_PER_FRAME, MAX_REPORTS_PER_FRAME, MISSED_HEARTBEATS, PROTOCOL_VERSION, recoverBytes, REQUEST_FAILURE_CODES,
  type GoAwayReason, type RequestFailureCode,
} from './protocol.js';
export { decodeRequestFailure, encodeRequestFailure, type RequestFailure } from './request-failure-wire.js';
export { decodeReport, encodeReport } from './report-wire.js';
export { decodeTargetDigests, encodeTargetDigests, rootDigest, type HeldOrder, type Holdings } from './root-digest.js';
export { enrollmentService, sessionService } from './services.js';
export {
  asBuffer, decodeSigned, encodeSigned, fromWireSigned, rawEd25519, sign, toWireSigned, verifySigned,
  type SignatureFailure, type Signed, type Signer, type VerifyingKey,
} from './signed.js';
export { decodeSigningKey, encodeSigningKey, fromWireSigningKey, SIGNING_KEY_TYPE, toWireSigningKey, type HubSigningKey } from './signing-key-wire.js';
export { REFUSAL_STATUS, retryKindOf, type RefusalCode, type RetryKind } from './status.js';
export { requiredFeatures } from './required-features.js';
export type { WireFailure } from './wire-failure.js';
