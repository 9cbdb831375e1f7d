import { err, ok, type Result } from '#kernel';
import { GRPC_LIMITS } from '#wire';
import { ChannelCredentials, Client, Metadata, type ClientUnaryCall, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { createSecureContext } from 'node:tls';

/** How a call to the hub ended, other than well. `code` is the hub's stable code, or empty. */
export interface RpcFailure {
  readonly status: number;
  readonly code: string;
  readonly retryAfterMs: number;
}

/** What proves an agent to the hub. */
export interface ClientKeyPair {
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
}

const CHANNEL_OPTIONS = {
  ...GRPC_LIMITS,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // A channel of its own for each client: a renewed certificate must not travel over the old connection.
  'grpc.use_local_subchannel_pool': 1,
};
const CODE = /^[A-Z][A-Z_]{0,63}$/;

/** A client of one listener of the hub: TLS 1.3, only the pinned CA, the hub's name verified. Close it. */
export function openClient(host: string, port: number, caPem: string, pair?: ClientKeyPair): Client {
  const context = createSecureContext({ ca: caPem, minVersion: 'TLSv1.3', ...(pair === undefined ? {} : { cert: pair.certificateChainPem, key: pair.privateKeyPem }) });
  return new Client(`${host}:${port}`, ChannelCredentials.createFromSecureContext(context), CHANNEL_OPTIONS);
}

/** One unary call with a deadline; aborting cancels it. */
export function callUnary<Req, Res>(client: Client, method: MethodDefinition<Req, Res>, request: Req, deadline: Date, signal: AbortSignal): Promise<Result<Res, RpcFailure>> {
  return new Promise((resolve) => {
    const call: ClientUnaryCall = client.makeUnaryRequest<Req, Res>(method.path, method.requestSerialize, method.responseDeserialize, request, new Metadata(), { deadline }, (error, response) => {
      signal.removeEventListener('abort', cancel);
      if (error !== null) resolve(err(toRpcFailure(error)));
      else if (response === undefined) resolve(err({ status: 13, code: '', retryAfterMs: 0 }));
      else resolve(ok(response));
    });
    const cancel = (): void => call.cancel();
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
  });
}

export function toRpcFailure(error: ServiceError | { readonly code: number; readonly details: string; readonly metadata: Metadata }): RpcFailure {
  const [retryAfter] = error.metadata?.get('retry-after-ms') ?? [];
  const retryAfterMs = Number(retryAfter ?? 0);
  return { status: error.code, code: CODE.test(error.details) ? error.details : '', retryAfterMs: Number.isFinite(retryAfterMs) ? Math.min(Math.max(0, retryAfterMs), 300_000) : 0 };
}
