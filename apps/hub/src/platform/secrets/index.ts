export { createOnce } from './create-once.js';
export { Envelope, UnsealError, type SealContext } from './envelope.js';
export { fingerprint, matchesFingerprint } from './fingerprint.js';
export { loadMasterKeys, MasterKeys, type MasterKey } from './master-keys.js';
export { SecretText } from './secret-text.js';
