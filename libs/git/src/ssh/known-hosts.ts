import { err, ok, type Result } from '#kernel';

const MAX_LENGTH = 64 * 1024;
const KEY_TYPE = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9-]+@openssh\.com|[a-z0-9-]+-cert-v01@openssh\.com)$/;

/** Checks the text of a known_hosts file: at least one key, and no line that `ssh` would quietly skip. Answers it with one line break at the end. Pure. */
export function checkKnownHosts(text: string): Result<string, { readonly message: string }> {
  if (text.length > MAX_LENGTH) return err({ message: `known hosts have at most ${MAX_LENGTH} characters` });
  let keys = 0;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [host, type, key, ...rest] = line.startsWith('@') ? line.split(/\s+/).slice(1) : line.split(/\s+/);
    const isMarked = !line.startsWith('@') || /^@(?:cert-authority|revoked)\s/.test(line);
    if (!isMarked || host === undefined || rest.join(' ').includes('\0') || !KEY_TYPE.test(type ?? '') || !/^[A-Za-z0-9+/]{32,}={0,2}$/.test(key ?? '')) {
      return err({ message: `line ${index + 1} of the known hosts is not "host key-type key", as ssh-keyscan and ~/.ssh/known_hosts have it` });
    }
    if (!line.startsWith('@revoked')) keys += 1;
  }
  return keys === 0 ? err({ message: 'the known hosts hold no key: give the lines that the Git host publishes, or what ssh-keyscan says after comparing fingerprints' }) : ok(`${text.trim().replaceAll('\r\n', '\n')}\n`);
}
