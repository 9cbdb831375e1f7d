import type { Viewer } from '../access/index.js';
import { RequestLoaders } from './request-loaders.js';

/** What resolvers, guards and interceptors find on the context of an operation. */
export interface GraphqlContext {
  readonly viewer: Viewer | undefined;
  readonly loaders: RequestLoaders;
  readonly requestId: string;
  /** Value of the `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  readonly req: object;
}

export function contextOf(parts: { readonly viewer: Viewer | undefined; readonly requestId: string; readonly idempotencyKey?: string | undefined; readonly req: object; readonly remember: boolean }): GraphqlContext {
  return { viewer: parts.viewer, requestId: parts.requestId, idempotencyKey: parts.idempotencyKey, req: parts.req, loaders: new RequestLoaders(parts.remember) };
}
