/** Injection token of `HubIdentity`. */
export const HUB_IDENTITY = Symbol('HubIdentity');
/** Injection token of `Ed25519Signer | undefined`: undefined outside the role planner. */
export const SIGNER = Symbol('Signer');
/** Injection token of `OpenSealed`: how the gateway opens the credentials of a repository. */
export const OPEN_CREDENTIALS = Symbol('OpenCredentials');
