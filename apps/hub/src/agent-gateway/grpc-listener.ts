import { Server, type ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Timers } from '#kernel';
import { GRPC_LIMITS } from '#wire';
import { assertServable } from './rpc-table.js';

/** Transport bounds of both listeners (R9). Keepalive finds a dead peer below the heartbeat. */
const OPTIONS = {
  ...GRPC_LIMITS,
  'grpc.max_concurrent_streams': 8,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.http2.min_ping_interval_without_data_ms': 5_000,
  'grpc-node.max_session_memory': 16,
};

/** One gRPC listener: starts with services whose every method has an identity rule, or not at all. */
export class GrpcListener {
  private readonly server: Server;

  constructor(
    private readonly kind: 'session' | 'enrollment',
    service: ServiceDefinition,
    implementation: UntypedServiceImplementation,
    private readonly credentials: ServerCredentials,
    private readonly timers: Timers,
  ) {
    const paths = Object.values(service).map((method) => method.path);
    assertServable(kind, paths);
    this.server = new Server(OPTIONS);
    this.server.addService(service, implementation);
  }

  /** The port it listens on; `port` 0 takes any. Rejects when it cannot, naming listener and port. */
  async listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
      this.server.bindAsync(address, this.credentials, (error, bound) => {
        if (error !== null) reject(new Error(`the ${this.kind} listener cannot listen on ${address}: ${error.message}`));
        else resolve(bound);
      });
    });
  }

  /** Lets calls end until the deadline, then cuts them. */
  async stop(deadlineMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const deadline = this.timers.after(deadlineMs, () => {
        this.server.forceShutdown();
        resolve();
      });
      this.server.tryShutdown(() => {
        deadline.cancel();
        resolve();
      });
    });
  }
}
