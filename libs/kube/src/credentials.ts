import { err, ok } from '#kernel';
import { readFile, stat } from 'node:fs/promises';
import { stringAt } from './json-shape.js';
import type { ClientCertificate, CredentialsNow, KubeCredentials } from './kube-connection.js';

export const anonymousCredentials: KubeCredentials = { kind: 'anonymous', current: () => Promise.resolve(ok({})) };

/** A bearer token that does not change. */
export function tokenCredentials(token: string): KubeCredentials {
  const now: CredentialsNow = { authorization: `Bearer ${token}` };
  return { kind: 'token', current: () => Promise.resolve(ok(now)) };
}

/** A client certificate that does not change while we run. */
export function certificateCredentials(certificate: ClientCertificate): KubeCredentials {
  const now: CredentialsNow = { certificate };
  return { kind: 'client-certificate', current: () => Promise.resolve(ok(now)) };
}

/**
 * A bearer token in a file that somebody rotates, as the kubelet does. Read again whenever the file is another one or newer; while it
 * cannot be read, or is empty, there are no credentials: an old token is not guessed to be good.
 */
export function tokenFileCredentials(path: string): KubeCredentials {
  let held: { readonly version: string; readonly now: CredentialsNow } | undefined;
  return {
    kind: 'token-file',
    async current(signal) {
      try {
        const { ino, mtimeMs, size } = await stat(path);
        const version = `${ino}:${mtimeMs}:${size}`;
        if (held?.version !== version) {
          const token = (await readFile(path, { encoding: 'utf8', signal })).trim();
          if (token === '') return unavailable(path, 'the file is empty');
          held = { version, now: { authorization: `Bearer ${token}` } };
        }
        return ok(held.now);
      } catch (error) {
        return unavailable(path, stringAt(error, 'code') ?? 'not readable');
      }
    },
  };
}

function unavailable(path: string, why: string): ReturnType<typeof err<{ code: 'CREDENTIALS_UNAVAILABLE'; httpStatus: 0; message: string }>> {
  return err({ code: 'CREDENTIALS_UNAVAILABLE', httpStatus: 0, message: `token file ${path}: ${why}` });
}
