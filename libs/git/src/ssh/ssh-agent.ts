import { errorMessage } from '#kernel';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { SshKey } from './ssh-key.js';
import { SshReader, sshString } from './ssh-wire.js';

const MAX_MESSAGE = 256 * 1024;
const MAX_CONNECTIONS = 8;
const FAILURE = 5;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;

/**
 * An SSH agent in this process that holds one key for as long as it listens: `ssh` asks it to sign, and the key leaves this memory by no
 * way. It knows only the two questions that signing in needs; everything else (adding, listing more, extensions) it refuses.
 */
export class SshAgent {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly key: SshKey) {
    this.server = createServer((socket) => this.serve(socket));
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /** @param socketPath in a directory that is ours alone: whoever may open the socket may have things signed */
  static async listen(key: SshKey, socketPath: string): Promise<SshAgent> {
    const agent = new SshAgent(key);
    agent.server.listen(socketPath);
    await once(agent.server, 'listening').catch((error: unknown) => {
      throw new Error(`the SSH agent cannot listen: ${errorMessage(error)}`);
    });
    return agent;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    let pending: Buffer = Buffer.alloc(0);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4) {
        const length = pending.readUInt32BE(0);
        if (length === 0 || length > MAX_MESSAGE) return void socket.destroy();
        if (pending.length < 4 + length) return;
        socket.write(sshString(answer(this.key, pending.subarray(4, 4 + length))));
        pending = pending.subarray(4 + length);
      }
    });
  }
}

/** The answer to one message. Pure but for the randomness of some signatures. */
export function answer(key: SshKey, message: Buffer): Buffer {
  try {
    if (message[0] === REQUEST_IDENTITIES) return Buffer.concat([Buffer.of(IDENTITIES_ANSWER, 0, 0, 0, 1), sshString(key.publicBlob), sshString('capstan')]);
    if (message[0] !== SIGN_REQUEST) return Buffer.of(FAILURE);
    const reader = new SshReader(message.subarray(1));
    const asked = reader.string();
    const signature = asked.equals(key.publicBlob) ? key.sign(reader.string(), reader.uint32()) : undefined;
    return signature === undefined ? Buffer.of(FAILURE) : Buffer.concat([Buffer.of(SIGN_RESPONSE), sshString(signature)]);
  } catch {
    return Buffer.of(FAILURE); // a message that breaks off
  }
}
