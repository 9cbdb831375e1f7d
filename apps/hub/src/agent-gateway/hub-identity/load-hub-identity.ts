import type { Clock, Ids, Random } from '#kernel';
import { hubId, type HubId } from '#domain';
import { CertificateAuthority, newAuthority } from './certificate-authority.js';
import type { HubIdentityStore } from './hub-identity.store.js';
import type { Envelope, SealContext } from '../../platform/secrets/index.js';

/** This hub, as all its replicas know it. */
export interface HubIdentity {
  readonly hub: HubId;
  readonly epoch: bigint;
  readonly authority: CertificateAuthority;
}

export interface HubIdentityPorts {
  readonly store: HubIdentityStore;
  readonly envelope: Envelope;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly random: Random;
}

const caKeyCell = (hub: HubId): SealContext => ({ table: 'hub_identity', column: 'ca_key_encrypted', rowId: hub });

/** Reads who this hub is; the first of n replicas to start makes it. Throws when the CA key does not open under the master key. */
export async function loadHubIdentity(ports: HubIdentityPorts): Promise<HubIdentity> {
  const stored = (await ports.store.find()) ?? (await create(ports));
  const privateKey = ports.envelope.open(stored.caKeyEncrypted, caKeyCell(stored.hub));
  const authority = await CertificateAuthority.open(stored.hub, { certificate: stored.caCertificate, privateKey }, ports.clock, ports.random);
  return { hub: stored.hub, epoch: stored.epoch, authority };
}

async function create(ports: HubIdentityPorts): ReturnType<HubIdentityStore['createOnce']> {
  const hub = hubId(ports.ids.uuid());
  const authority = await newAuthority(hub, ports.clock, ports.random);
  const caKeyEncrypted = ports.envelope.seal(authority.privateKey, caKeyCell(hub));
  return ports.store.createOnce({ hub, epoch: 1n, caCertificate: authority.certificate, caKeyEncrypted });
}
