export { ContentSecrets } from './content-secrets.js';
export { CredentialSecrets, type CredentialLookup } from './credential-secrets.js';
export { IdentitySecret, IdentityUnreadable } from './identity-secret.js';
export type { OtherHub } from './inventory-head.js';
export { InventorySecrets } from './inventory-secrets.js';
export { OrderSecrets } from './order-secrets.js';
export { STATE_FAILPOINTS } from './state-failpoints.js';
export { TestSecrets } from './test-secrets.js';
export { StateSecrets, type StoredSecret } from './state-secrets.js';
