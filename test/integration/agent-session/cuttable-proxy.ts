import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP relay between an agent and its hub that a test can cut, silence and heal. */
export class CuttableProxy {
  private readonly sockets = new Set<Socket>();
  private isSilent = false;
  private isRefusing = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to(port: number): Promise<CuttableProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new CuttableProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => proxy.relay(client, port));
    return proxy;
  }

  /** Resets every connection, and with `stay` refuses new ones until `heal`. */
  cut(stay = false): void {
    this.isRefusing = stay;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Swallows every byte, both ways, without a word: a cut that nobody reports. */
  silence(): void {
    this.isSilent = true;
  }

  /** Lets new connections through; those that were silenced stay dead. */
  heal(): void {
    this.isRefusing = false;
    this.isSilent = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private relay(client: Socket, port: number): void {
    if (this.isRefusing) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    let isDead = false;
    const pass = (to: Socket) => (data: Buffer) => {
      isDead ||= this.isSilent;
      if (!isDead) to.write(data);
    };
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      this.sockets.add(from);
      from.on('data', pass(to));
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        if (!isDead) to.destroy();
      });
    }
  }
}
