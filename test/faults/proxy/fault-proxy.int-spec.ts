import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FaultProxy } from './fault-proxy.js';

const LOOPBACK = '127.0.0.1';
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

/** An echo server behind a proxy, and what it heard from whom. */
async function aLink(): Promise<{ readonly proxy: FaultProxy; readonly heard: string[]; readonly peers: Socket[]; dial(): Dialled }> {
  const heard: string[] = [];
  const peers: Socket[] = [];
  const server: Server = createServer((socket) => {
    peers.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard.push(data.toString());
      socket.write(data);
    });
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  open.push({ close: () => peers.forEach((peer) => peer.destroy()) }, server);
  const proxy = await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: (server.address() as AddressInfo).port });
  open.push({ close: () => proxy.stop().catch(() => undefined) }); // a test may have stopped it
  return { proxy, heard, peers, dial: () => Dialled.to(proxy.port) };
}

class Dialled {
  text = '';
  end: string | undefined;

  private constructor(readonly socket: Socket) {
    socket.on('data', (data) => (this.text += data.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.end = error.code));
    socket.on('close', () => (this.end ??= 'CLOSED'));
  }

  static to(port: number): Dialled {
    const socket = connect(port, LOOPBACK);
    open.push({ close: () => socket.destroy() });
    return new Dialled(socket);
  }

  async says(text: string): Promise<void> {
    await until(`the client heard ${text}`, 5_000, () => (this.text === text ? true : undefined), () => `but ${this.text}`);
  }

  async ends(how: string): Promise<void> {
    await until(`the connection ends with ${how}`, 5_000, () => (this.end === how ? true : undefined), () => `but ${String(this.end)}`);
  }
}

/** Whatever was sent has come through the event loop, however late this process had its turn. */
async function delivered(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('FaultProxy', () => {
  it('relays both ways', async () => {
    const { dial } = await aLink();
    const client = dial();
    client.socket.write('one');
    await client.says('one');
  });

  it('cut resets what is open and takes new connections', async () => {
    const { proxy, dial } = await aLink();
    const client = dial();
    client.socket.write('one');
    await client.says('one');
    proxy.begin({ how: 'cut' });
    await client.ends('ECONNRESET');
    const next = dial();
    next.socket.write('two');
    await next.says('two');
  });

  it('refuse takes none until it is clear', async () => {
    const { proxy, dial } = await aLink();
    proxy.begin({ how: 'refuse' });
    const client = dial();
    await client.ends('ECONNRESET');
    proxy.clear();
    const next = dial();
    next.socket.write('two');
    await next.says('two');
  });

  it('a blackhole tells nobody, and what lost bytes in it is dead for ever', async () => {
    const { proxy, heard, dial } = await aLink();
    const victim = dial();
    const idle = dial();
    proxy.begin({ how: 'blackhole' });
    victim.socket.write('lost');
    const fresh = dial();
    fresh.socket.write('lost too');
    await delivered();
    proxy.clear();
    victim.socket.write('late');
    idle.socket.write('alive');
    await idle.says('alive');
    expect(heard).toEqual(['alive']);
    expect([victim.text, victim.end, fresh.text, fresh.end]).toEqual(['', undefined, '', undefined]);
  });

  it('tells the other side of a dead connection nothing when it is closed', async () => {
    const { proxy, peers, dial } = await aLink();
    const client = dial();
    client.socket.write('one');
    await client.says('one');
    proxy.begin({ how: 'blackhole' });
    client.socket.write('lost');
    await delivered();
    proxy.clear();
    client.socket.destroy();
    await delivered();
    expect(peers.map(({ closed }) => closed)).toEqual([false]);
    await proxy.stop();
    await until('the end of the proxy ends it too', 5_000, () => (peers[0]?.closed === true ? true : undefined));
  });

  it('half open loses the answer to what was done', async () => {
    const { proxy, heard, dial } = await aLink();
    const client = dial();
    proxy.begin({ how: 'half-open', lost: 'answers' });
    client.socket.write('done');
    await until('the server heard it', 5_000, () => (heard.includes('done') ? true : undefined));
    proxy.clear();
    await delivered();
    expect(client.text).toBe('');
  });

  it('cuts an answer in the middle', async () => {
    const { proxy, dial } = await aLink();
    const client = dial();
    proxy.begin({ how: 'cut-mid-frame', afterBytes: 3 });
    client.socket.write('abcdef');
    await client.ends('ECONNRESET');
    expect('abc'.startsWith(client.text)).toBe(true); // a reset may overtake the bytes before it
  });

  it('delays and trickles without losing or reordering bytes', async () => {
    const { proxy, dial } = await aLink();
    const client = dial();
    proxy.begin({ how: 'delay', ms: 30 });
    client.socket.write('one ');
    await client.says('one ');
    proxy.begin({ how: 'slow', bytesPerSecond: 100 });
    client.socket.write('two three');
    await client.says('one two three');
  });

  it('passes over an upstream that refuses, and resets when all do', async () => {
    const good = await aLink();
    const proxy = await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: 1 }, { host: LOOPBACK, port: good.proxy.port });
    const nobody = await FaultProxy.start({ host: LOOPBACK, port: 0 }, { host: LOOPBACK, port: 1 });
    open.push({ close: () => proxy.stop() }, { close: () => nobody.stop() });
    const client = Dialled.to(proxy.port);
    client.socket.write('one');
    await client.says('one');
    await Dialled.to(nobody.port).ends('ECONNRESET');
  });

  it('reorders connections', async () => {
    const { proxy, heard, dial } = await aLink();
    proxy.begin({ how: 'reorder' });
    for (const text of ['first', 'second', 'third']) dial().socket.write(text); // in one turn of the event loop: no release comes between them
    await until('all have come', 5_000, () => (heard.length === 3 ? true : undefined));
    expect(heard).toEqual(['third', 'second', 'first']);
  });
});
