import { err, ok, type Result } from '#kernel';

/**
 * Why bytes of the other side were not understood. UNKNOWN_MESSAGE: well formed, but of a newer protocol (refuse it, say so, go on).
 * MALFORMED: not what the protocol allows; `field` says where, never what.
 */
export type WireFailure = { readonly code: 'UNKNOWN_MESSAGE'; readonly detail: string } | { readonly code: 'MALFORMED'; readonly field: string };

/** Leaves a decoder from any depth; never leaves this library. */
class UndecodableError extends Error {
  constructor(readonly failure: WireFailure) {
    super(failure.code);
  }
}

export function malformed(field: string): never {
  throw new UndecodableError({ code: 'MALFORMED', field });
}

export function unknownMessage(detail: string): never {
  throw new UndecodableError({ code: 'UNKNOWN_MESSAGE', detail });
}

/** Runs a decoder. Whatever the protobuf runtime throws on hostile bytes is MALFORMED of `what`. */
export function decoding<T>(what: string, decode: () => T): Result<T, WireFailure> {
  try {
    return ok(decode());
  } catch (error) {
    return err(error instanceof UndecodableError ? error.failure : { code: 'MALFORMED', field: what });
  }
}
