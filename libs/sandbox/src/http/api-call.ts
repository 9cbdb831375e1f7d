import type { JsonObject } from '#kernel';
import type { WatchRequest } from '../store/watch.js';
import type { ApiFailure } from './api-failure.js';
import type { Representation } from './representation.js';
import type { RequestInfo } from './request-info.js';

/** One request with its body read, whoever it came from. */
export interface ApiCall {
  readonly info: RequestInfo;
  readonly body: JsonObject;
  readonly contentType: string;
  readonly representation: Representation;
  /** Names the field manager where the request does not. */
  readonly userAgent: string;
}

export type ApiAnswer =
  | { readonly kind: 'json'; readonly code: number; readonly body: JsonObject }
  | { readonly kind: 'text'; readonly code: number; readonly body: string }
  | { readonly kind: 'watch'; readonly request: WatchRequest; readonly representation: Representation }
  /** `follow` is there for a log that goes on: it calls back with what is added until the returned function is called. */
  | { readonly kind: 'log'; readonly text: string; readonly follow: ((on: (text: string) => void) => () => void) | undefined }
  | { readonly kind: 'failure'; readonly failure: ApiFailure };

export function json(code: number, body: JsonObject): ApiAnswer {
  return { kind: 'json', code, body };
}

export function failed(failure: ApiFailure): ApiAnswer {
  return { kind: 'failure', failure };
}
