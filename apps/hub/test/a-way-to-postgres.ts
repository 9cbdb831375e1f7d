import { FaultProxy } from '../../../test/faults/proxy/fault-proxy.js';

/** A TCP proxy before the PostgreSQL of this URL, and the URL that leads through it. */
export async function aWayToPostgres(direct: string): Promise<{ readonly proxy: FaultProxy; readonly url: string }> {
  const url = new URL(direct);
  const proxy = await FaultProxy.start({ host: '127.0.0.1', port: 0 }, { host: url.hostname, port: Number(url.port) });
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  return { proxy, url: url.href };
}
