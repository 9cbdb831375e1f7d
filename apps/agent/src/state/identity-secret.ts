import { clusterId, hubId } from '#domain';
import * as z from 'zod/mini';
import type { AgentIdentity, IdentityStore } from '../session/session.ports.js';
import type { StateSecrets, StoredSecret } from './state-secrets.js';

const NAME = 'capstan-identity';
const VERSION = 1;
const id = <T>(brand: (text: string) => T) => z.pipe(z.uuid(), z.transform(brand));
const date = z.pipe(z.iso.datetime(), z.transform((text: string) => new Date(text)));
const documentSchema = z.object({
  version: z.literal(VERSION),
  hub: id(hubId),
  cluster: id(clusterId),
  clusterName: z.string(),
  epoch: z.pipe(z.string().check(z.regex(/^\d{1,19}$/)), z.transform((text: string) => BigInt(text))),
  notBefore: date,
  notAfter: date,
  signingKeys: z.array(z.object({ keyId: z.string(), hub: id(hubId), publicKey: z.pipe(z.base64(), z.transform((text: string) => new Uint8Array(Buffer.from(text, 'base64')))) })),
});

/** What is kept of the identity cannot be used. A person must look: to enrol again by ourselves could make this cluster another hub's. */
export class IdentityUnreadable extends Error {
  readonly code = 'IDENTITY_UNREADABLE';
}

/** The identity in one Secret: key and certificates as PEM under the usual names, the rest as JSON. */
export class IdentitySecret implements IdentityStore {
  private known: StoredSecret | undefined;

  constructor(private readonly secrets: StateSecrets) {}

  async load(signal: AbortSignal): Promise<AgentIdentity | undefined> {
    const found = await this.secrets.get(NAME, signal);
    if (!found.ok) throw new Error(found.error.message);
    if (found.value === undefined) return undefined;
    this.known = { ...found.value, data: new Map() };
    return parse(found.value);
  }

  async save(identity: AgentIdentity, signal: AbortSignal): Promise<void> {
    const written = await this.secrets.put({ name: NAME, kind: 'identity', data: dataOf(identity) }, this.known, signal);
    if (!written.ok) throw new Error(written.error.message);
    this.known = { ...written.value, data: new Map() };
  }
}

function dataOf(identity: AgentIdentity): Readonly<Record<string, Uint8Array>> {
  const { hub, cluster, clusterName, epoch, notBefore, notAfter, signingKeys } = identity;
  const document = {
    version: VERSION, hub, cluster, clusterName, epoch: String(epoch), notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString(),
    signingKeys: signingKeys.map((key) => ({ keyId: key.keyId, hub: key.hub, publicKey: Buffer.from(key.publicKey).toString('base64') })),
  };
  return {
    'identity.json': Buffer.from(JSON.stringify(document)),
    'tls.key': Buffer.from(identity.privateKeyPem),
    'tls.crt': Buffer.from(identity.certificateChainPem),
    'ca.crt': Buffer.from(identity.caPem),
  };
}

/** The values behind a fault are never named: one of them is a private key. */
function parse({ data }: StoredSecret): AgentIdentity {
  const text = (key: string): string => data.get(key)?.toString('utf8') ?? '';
  const document = documentSchema.safeParse(jsonOf(text('identity.json')));
  const [privateKeyPem, certificateChainPem, caPem] = [text('tls.key'), text('tls.crt'), text('ca.crt')];
  if (!document.success || privateKeyPem === '' || certificateChainPem === '' || caPem === '') {
    const where = document.success ? 'a key or certificate' : `identity.json at ${document.error.issues[0]?.path.join('.') || 'its root'}`;
    throw new IdentityUnreadable(`Secret ${NAME} does not hold an identity (${where}); restore it, or delete it and join the cluster again`);
  }
  const { version: _version, ...fields } = document.data;
  return { ...fields, privateKeyPem, certificateChainPem, caPem };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it with a place
  }
}
