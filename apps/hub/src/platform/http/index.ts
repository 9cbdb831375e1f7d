export { serveGraphiql } from './graphiql-page.js';
export { HealthController } from './health.controller.js';
export { httpAdapter, instrument } from './http-server.js';
export { Listeners, type ListenerName } from './listeners.js';
export { Metrics } from './metrics.js';
export { Readiness, type ReadinessCheck } from './readiness.js';
export { resolveInTime, type ResolveHost } from './resolve-in-time.js';
