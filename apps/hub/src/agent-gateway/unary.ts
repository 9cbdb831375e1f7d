import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import type { Log } from '#kernel';
import { Refusal, toServiceError } from './refusal.js';

/** An async handler as grpc-js wants it. Expected refusals are thrown as `Refusal`; anything else is logged and reads as INTERNAL. */
export function unary<Req, Res>(name: string, log: Log, handle: (call: ServerUnaryCall<Req, Res>) => Promise<Res>): handleUnaryCall<Req, Res> {
  return (call, callback) => {
    handle(call).then(
      (response) => callback(null, response),
      (error: unknown) => {
        if (!(error instanceof Refusal)) log.error('a call of an agent failed', { method: name, error });
        callback(toServiceError(error));
      },
    );
  };
}
