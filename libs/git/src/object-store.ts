import type { Result } from '#kernel';

export interface RawObject {
  readonly type: string;
  readonly bytes: Buffer;
}

export type ObjectReadFailure =
  | { readonly code: 'OBJECT_MISSING'; readonly id: string }
  | { readonly code: 'OBJECT_TOO_LARGE'; readonly id: string; readonly maxBytes: number }
  | { readonly code: 'OBJECTS_UNAVAILABLE'; readonly cause: string };

/** Raw objects by id, in the order asked. The first failure wins. An adapter that holds no file contents yet fetches them here, all at once. */
export interface ObjectStore {
  read(ids: readonly string[], signal?: AbortSignal): Promise<Result<readonly RawObject[], ObjectReadFailure>>;
}
