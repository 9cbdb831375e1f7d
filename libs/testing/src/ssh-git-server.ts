import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { freePorts } from './real-kubernetes/free-ports.js';

const run = promisify(execFile);
export type SshKeyKind = 'ed25519' | 'rsa' | 'ecdsa';

export interface SshKeyPair {
  readonly privateKey: string;
  /** As in authorized_keys. */
  readonly publicKey: string;
}

/** A key as `ssh-keygen` makes it. */
export async function anSshKey(kind: SshKeyKind = 'ed25519', options: { readonly passphrase?: string; readonly format?: 'PEM' | 'PKCS8'; readonly comment?: string } = {}): Promise<SshKeyPair> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-ssh-key-'));
  try {
    const file = join(directory, 'key');
    await run('ssh-keygen', ['-q', '-t', kind, '-N', options.passphrase ?? '', '-C', options.comment ?? 'test', ...(options.format === undefined ? [] : ['-m', options.format]), '-f', file]);
    return { privateKey: await readFile(file, 'utf8'), publicKey: await readFile(`${file}.pub`, 'utf8') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Why SSH cannot be tested on this machine, said on stderr too; undefined where it can. With CI=true that is an error. */
export async function sshMissing(): Promise<string | undefined> {
  try {
    await run('ssh', ['-V']);
    return undefined;
  } catch {
    const message = 'there is no OpenSSH client on this machine: SSH repositories are not tested (apt-get install openssh-client)';
    if (process.env['CI'] === 'true') throw new Error(message);
    process.stderr.write(`${message}\n`);
    return message;
  }
}

/** A real SSH server on loopback that runs `git-upload-pack`, and `git-receive-pack` for those who may write, on the repositories below `root`, for one user `git` and the keys it is given. */
export class SshGitServer {
  /** Commands run, with what was asked. */
  readonly commands: string[] = [];
  readonly refusedKeys: string[] = [];
  /** Whether it refuses pushes, as a host does with a key that may only read. */
  isReadOnly = false;
  private readonly connections = new Set<Connection>();
  private server: ssh2.Server | undefined;

  private constructor(
    readonly root: string,
    readonly port: number,
    private hostKey: SshKeyPair,
    private readonly authorised: readonly string[],
  ) {}

  /** @param root as that of a GitServer: the same repositories by another way */
  static async start(root: string, authorisedKeys: readonly string[]): Promise<SshGitServer> {
    const [port = 0] = await freePorts(1);
    const server = new SshGitServer(root, port, await anSshKey('ed25519'), authorisedKeys.map(blobOf));
    await server.start();
    return server;
  }

  url(repository: string): string {
    return `ssh://git@localhost:${this.port}/${repository}.git`;
  }

  /** What belongs into known_hosts. */
  get knownHosts(): string {
    return `[localhost]:${this.port} ${this.hostKey.publicKey.split(' ').slice(0, 2).join(' ')}\n`;
  }

  /** From now on it shows another key, as one that somebody has put in its place would. */
  async changeHostKey(): Promise<void> {
    this.hostKey = await anSshKey('ed25519');
    await this.stop();
    await this.start();
  }

  async start(): Promise<void> {
    const server = new ssh2.Server({ hostKeys: [this.hostKey.privateKey] }, (connection) => this.onConnection(connection));
    this.server = server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const connection of this.connections) connection.end();
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private onConnection(connection: Connection): void {
    this.connections.add(connection);
    connection.on('error', () => undefined); // a client that hangs up
    connection.on('close', () => this.connections.delete(connection));
    connection.on('authentication', (attempt) => {
      if (attempt.method !== 'publickey') return attempt.reject(['publickey']);
      const blob = attempt.key.data.toString('base64');
      if (attempt.username !== 'git' || !this.authorised.includes(blob)) {
        this.refusedKeys.push(blob);
        return attempt.reject(['publickey']);
      }
      if (attempt.signature === undefined || attempt.blob === undefined) return attempt.accept();
      const key = ssh2.utils.parseKey(`${attempt.key.algo} ${blob}`);
      const isTrue = !(key instanceof Error) && key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
      return isTrue ? attempt.accept() : attempt.reject(['publickey']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      let protocol: string | undefined;
      session.on('env', (acceptEnv, _reject, { key, val }) => {
        if (key === 'GIT_PROTOCOL') protocol = val;
        if (typeof acceptEnv === 'function') acceptEnv();
      });
      session.on('exec', (acceptExec, _reject, { command }) => this.exec(acceptExec(), command, protocol));
    });
  }

  private exec(channel: ServerChannel, command: string, protocol: string | undefined): void {
    this.commands.push(command);
    const [, service = '', path] = /^git-(upload|receive)-pack '\/([^']+)'$/.exec(command) ?? [];
    if (path === undefined || (service === 'receive' && this.isReadOnly)) {
      channel.stderr.write(path === undefined ? 'only Git is served\n' : 'ERROR: The key you are authenticating with has been marked as read only.\n');
      channel.exit(1);
      channel.end();
      return;
    }
    const child = spawn('git', [`${service}-pack`, ...(service === 'upload' ? ['--strict'] : []), join(this.root, path)], {
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*',
        ...(protocol === undefined ? {} : { GIT_PROTOCOL: protocol }),
      },
    });
    child.stdin.on('error', () => undefined); // it may have ended
    channel.on('error', () => child.kill('SIGKILL'));
    channel.on('close', () => child.kill('SIGKILL'));
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    child.once('close', (code) => {
      channel.exit(code ?? 1);
      channel.end();
    });
  }
}

function blobOf(publicKey: string): string {
  return publicKey.split(' ')[1] ?? '';
}
