import { conflictBody, expired, tooManyRequests, unavailable, type ApiFailure } from './api-failure.js';
import type { RequestInfo } from './request-info.js';

/** Bad weather on purpose: the next requests of a kind are refused although nothing is wrong with them. */
export interface ScriptedRefusal {
  /** As RBAC says it: `patch`, `watch`, `list`. */
  readonly verb: string;
  /** Plural name of the resource. */
  readonly resource: string;
  readonly times: number;
  readonly as: 'TOO_MANY_REQUESTS' | 'CONFLICT' | 'EXPIRED' | 'UNAVAILABLE';
  /** For TOO_MANY_REQUESTS and UNAVAILABLE. @default 1 */
  readonly retryAfterSeconds?: number;
}

/** What is still to be refused. The shapes are those of a real server, which cannot be made to give them on order. */
export class ScriptedRefusals {
  private waiting: readonly { readonly refusal: ScriptedRefusal; readonly left: number }[] = [];

  add(refusal: ScriptedRefusal): void {
    this.waiting = [...this.waiting, { refusal, left: refusal.times }];
  }

  /** The refusal of this request, which uses it up; undefined: the request is answered as ever. */
  take(info: RequestInfo): ApiFailure | undefined {
    const index = this.waiting.findIndex(({ refusal, left }) => left > 0 && refusal.verb === info.verb && refusal.resource === info.resource?.plural);
    const found = this.waiting[index];
    if (found === undefined) return undefined;
    this.waiting = this.waiting.with(index, { ...found, left: found.left - 1 }).filter(({ left }) => left > 0);
    return failureOf(found.refusal, info.resource?.name ?? '');
  }
}

function failureOf(refusal: ScriptedRefusal, name: string): ApiFailure {
  const seconds = refusal.retryAfterSeconds ?? 1;
  switch (refusal.as) {
    case 'TOO_MANY_REQUESTS':
      return tooManyRequests(seconds);
    case 'UNAVAILABLE':
      return unavailable(seconds);
    case 'CONFLICT':
      return conflictBody(refusal.resource, name);
    case 'EXPIRED':
      return expired('The resourceVersion for the provided watch is too old.');
  }
}
