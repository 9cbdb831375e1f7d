import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import type { Log } from '#kernel';
import { Refusal, toRefusal, toServiceError } from './refusal.js';

/** An async handler as grpc-js wants it. Expected refusals are thrown as `Refusal`; anything else is logged, and reads as DATABASE_AWAY or INTERNAL. */
export function unary<Req, Res>(name: string, log: Log, handle: (call: ServerUnaryCall<Req, Res>) => Promise<Res>): handleUnaryCall<Req, Res> {
  return (call, callback) => {
    handle(call).then(
      (response) => callback(null, response),
      (error: unknown) => {
        const refusal = toRefusal(error);
        if (refusal.code === 'DATABASE_AWAY') log.warn('a call of an agent failed for now', { method: name, error });
        else if (!(error instanceof Refusal)) log.error('a call of an agent failed', { method: name, error });
        callback(toServiceError(refusal));
      },
    );
  };
}
