import type { Result } from '#kernel';
import type { Contact } from '../contact.js';
import type { GitFailure } from '../git-failure.js';
import type { RefUpdate } from './push-protocol.js';

export type PushOutcome =
  /** `said`: what the server and its hooks printed. */
  | { readonly kind: 'DONE'; readonly said: string }
  /** The ref is not where the update begins: nothing was changed. */
  | { readonly kind: 'MOVED' }
  /** The server has its reasons: a hook, a protected branch. */
  | { readonly kind: 'REFUSED'; readonly message: string };

/**
 * Sends one ref update with its pack. Never forced: the server moves the ref only from the value that the update names. After a failure it is not known whether
 * it did.
 */
export type PushPack = (contact: Contact, update: RefUpdate, pack: Buffer, signal: AbortSignal) => Promise<Result<PushOutcome, GitFailure>>;
