export { openEdgePolicy } from './edge-policy.js';
export { parseHubAddress, type HubAddress, type InvalidHubAddress } from './hub-address.js';
export { SessionLoop, type CaPin, type SessionLoopPorts, type SessionSettings } from './session-loop.js';
export type {
  AgentIdentity, CredentialInbox, EdgePolicy, FactsSource, IdentityStore, OrderInbox, ReportSink, RepositoryCredential, RequestFailure, RequestHandler, SessionEvents, VerifiedOrder,
} from './session.ports.js';
