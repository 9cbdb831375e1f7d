import { err, errorMessage, ok, type Result } from '#kernel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SshAgent } from '../ssh/ssh-agent.js';
import type { SshKey } from '../ssh/ssh-key.js';

export interface SshSession {
  readonly key: SshKey;
  readonly knownHosts: string;
  readonly host: string;
  readonly port: number;
  /** Where to connect instead of asking DNS. */
  readonly addresses: readonly string[] | undefined;
}

/** A path that needs no quoting in any of the places where it is written, and is short enough for a socket in it. */
const PLAIN_PATH = /^[A-Za-z0-9._/-]{1,64}$/;

/**
 * Lets git reach an SSH server: gives the environment that makes it run `ssh` with a configuration of ours alone, and an agent that signs
 * for it as long as `use` runs. The private key stays in this process; the directory holds known hosts, configuration and the socket.
 */
export async function withSshSession<T>(session: SshSession, directory: string, use: (environment: Readonly<Record<string, string>>, configuration: string) => Promise<T>): Promise<Result<T, { readonly message: string }>> {
  const parent = [directory, tmpdir()].find((path) => PLAIN_PATH.test(path));
  if (parent === undefined) return err({ message: `the socket of the SSH agent needs a short path of plain characters: ${directory} is none` });
  let own: string;
  try {
    own = await mkdtemp(join(parent, 'ssh-')); // mode 0700
  } catch (error) {
    return err({ message: `no directory for the SSH agent: ${errorMessage(error)}` });
  }
  let agent: SshAgent | undefined;
  try {
    try {
      agent = await SshAgent.listen(session.key, join(own, 'agent'));
      await writeFile(join(own, 'known_hosts'), session.knownHosts, { mode: 0o600 });
      await writeFile(join(own, 'config'), sshConfiguration(session, own), { mode: 0o600 });
    } catch (error) {
      return err({ message: errorMessage(error) });
    }
    // Fixed words and a path of plain characters: nothing of a repository is ever part of this command line.
    return ok(await use({ GIT_SSH_COMMAND: `ssh -F ${own}/config`, GIT_SSH_VARIANT: 'ssh' }, join(own, 'config')));
  } finally {
    await agent?.close();
    await rm(own, { recursive: true, force: true });
  }
}

/** Whole configuration of `ssh`: one key, known hosts that must match, no question, no forwarding, nothing of the user or the machine. Pure. */
export function sshConfiguration(session: SshSession, own: string): string {
  const { host, port, addresses } = session;
  const address = addresses?.find(isIPv4) ?? addresses?.[0];
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const settings = [
    ...(address === undefined ? [] : [`HostName ${address}`, `HostKeyAlias ${port === 22 ? name : `[${name}]:${port}`}`]),
    `IdentityAgent ${own}/agent`,
    'IdentityFile none',
    `UserKnownHostsFile ${own}/known_hosts`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    'UpdateHostKeys no',
    'VerifyHostKeyDNS no',
    'CheckHostIP no',
    'CanonicalizeHostname no',
    'BatchMode yes',
    'PreferredAuthentications publickey',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'ForwardAgent no',
    'ForwardX11 no',
    'ClearAllForwardings yes',
    'PermitLocalCommand no',
    'ProxyCommand none',
    'ControlMaster no',
    'ControlPath none',
    'AddKeysToAgent no',
    'ConnectTimeout 15',
    'ServerAliveInterval 15',
    'ServerAliveCountMax 3',
    'LogLevel ERROR',
  ];
  return `Host *\n${settings.map((setting) => `  ${setting}\n`).join('')}`;
}
