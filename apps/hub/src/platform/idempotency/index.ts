export { Idempotency, type IdempotentRequest } from './idempotency.js';
