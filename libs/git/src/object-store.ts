import type { Result } from '#kernel';

export interface RawObject {
  readonly type: string;
  readonly bytes: Buffer;
}

export type ObjectReadFailure =
  | { readonly code: 'OBJECT_MISSING'; readonly id: string }
  | { readonly code: 'OBJECT_TOO_LARGE'; readonly id: string; readonly maxBytes: number }
  | { readonly code: 'OBJECTS_UNAVAILABLE'; readonly cause: string }
  /** Our own copy is broken; it is made anew with the next fetch. */
  | { readonly code: 'OBJECTS_DAMAGED'; readonly cause: string };

export type ObjectKind = 'commit' | 'tree' | 'blob';

/**
 * Raw objects by id, in the order asked. The first failure wins. A commit that is not here is OBJECT_MISSING; a tree or file
 * content that is not here is fetched, all at once, or else the copy is damaged.
 */
export interface ObjectStore {
  read(kind: ObjectKind, ids: readonly string[], signal?: AbortSignal): Promise<Result<readonly RawObject[], ObjectReadFailure>>;
}
