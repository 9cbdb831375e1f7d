import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock, systemRandom } from '#runtime';
import { enrollmentService, recoverBytes } from '#wire';
import { status } from '@grpc/grpc-js';
import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { loadHubIdentity } from '../../src/agent-gateway/index.js';
import { aCluster, aGatewayWorld, aJoinToken, anEnvelope, identityPorts, startGateway, type GatewayWorld, type RunningGateway } from './gateway-fixture.js';
import { aClient, aCsr, call, credentialsOf, enrollRaw, expectEnrolled, type CallFailure, type RawIdentity } from './raw-agent.js';

let world: GatewayWorld;
let running: RunningGateway;

beforeAll(async () => {
  world = await aGatewayWorld();
  running = await startGateway(world);
}, 60_000);
afterAll(async () => {
  await running.gateway.stop();
  await world.close();
});

const refused: CallFailure = { status: status.UNAUTHENTICATED, details: 'ENROLLMENT_REFUSED' };

async function auditOf(cluster: string): Promise<readonly string[]> {
  const { rows } = await world.database.pool.query<{ line: string }>(
    `SELECT action || ' ' || outcome || ' ' || coalesce(reason, '') || ' ' || split_part(origin, ':', 1) AS line FROM audit_log WHERE object_id = $1 ORDER BY at`, [cluster],
  );
  return rows.map((row) => row.line.replaceAll('  ', ' '));
}

async function certificatesOf(cluster: string): Promise<readonly { serial: string; revoked: boolean }[]> {
  const { rows } = await world.database.pool.query<{ serial: string; revoked: boolean }>(
    'SELECT serial, revoked_at IS NOT NULL AS revoked FROM cluster_certificates WHERE cluster_id = $1 ORDER BY issued_at', [cluster],
  );
  return rows;
}

describe('hub identity', () => {
  it('is the same for any number of replicas that start at once', async () => {
    const other = await aGatewayWorld();
    try {
      await other.database.pool.query('DELETE FROM hub_identity');
      const envelope = anEnvelope();
      const loaded = await Promise.all(Array.from({ length: 8 }, () => loadHubIdentity(identityPorts(other.tx, envelope))));
      expect(new Set(loaded.map((identity) => identity.authority.caHash)).size).toBe(1);
      expect(new Set(loaded.map((identity) => identity.hub)).size).toBe(1);
    } finally {
      await other.close();
    }
  });

  it('does not open under another master key', async () => {
    await expect(loadHubIdentity(identityPorts(world.tx, anEnvelope()))).rejects.toThrow(expect.objectContaining({ code: 'UNSEAL_FAILED' }));
  });
});

describe('Enroll', () => {
  it('gives a certificate with exactly one URI, whatever the CSR asks for', async () => {
    const { cluster } = await aCluster(world);
    const key = await aCsr({ subject: 'CN=admin', uris: [`spiffe://capstan/hub/${world.identity.hub}/cluster/00000000-0000-7000-8000-000000000001`] });
    const enrolled = expectEnrolled(await enrollRaw(world, running, await aJoinToken(world, cluster), { key }));
    const leaf = new X509Certificate(enrolled.chainPem);
    expect(leaf.subjectAltName).toBe(`URI:spiffe://capstan/hub/${world.identity.hub}/cluster/${cluster}`);
    expect(leaf.subject).not.toContain('admin');
    expect(enrolled.response.clusterId).toBe(cluster);
    expect(enrolled.response.signingKeys.map((signingKey) => signingKey.keyId)).toEqual([world.signer.keyId]);
    expect(systemClock.now().getTime() - new Date(leaf.validFrom).getTime()).toBeGreaterThan(4 * 60_000);
    expect(await auditOf(cluster)).toEqual(['enrollment.enroll SUCCEEDED grpc']);
  });

  it('burns a token once among 64 callers at once', async () => {
    const { cluster } = await aCluster(world);
    const token = await aJoinToken(world, cluster);
    const keys = await Promise.all(Array.from({ length: 64 }, () => aCsr()));
    const results = await Promise.all(keys.map((key) => enrollRaw(world, running, token, { key })));
    expect(results.filter((result) => 'chainPem' in result)).toHaveLength(1);
    expect(await certificatesOf(cluster)).toHaveLength(1);
    expect((await auditOf(cluster)).filter((line) => line.includes('SUCCEEDED'))).toHaveLength(1);
    expect((await auditOf(cluster)).filter((line) => line.includes('DENIED ENROLLMENT_REFUSED')).length).toBeGreaterThan(0);
  }, 60_000);

  it.each([
    ['an expired token', async (cluster: string) => aJoinToken(world, cluster as never, { expired: true })],
    ['a text that was never a token', () => Promise.resolve('x'.repeat(50))],
    ['an empty token', () => Promise.resolve('')],
  ])('refuses %s alike', async (_name, tokenOf) => {
    const { cluster } = await aCluster(world);
    expect(await enrollRaw(world, running, await tokenOf(cluster))).toEqual(refused);
    expect(await certificatesOf(cluster)).toEqual([]);
  });

  it('refuses a reused token and audits it', async () => {
    const { cluster } = await aCluster(world);
    const token = await aJoinToken(world, cluster);
    expectEnrolled(await enrollRaw(world, running, token));
    expect(await enrollRaw(world, running, token)).toEqual(refused);
    expect(await auditOf(cluster)).toEqual(['enrollment.enroll SUCCEEDED grpc', 'enrollment.enroll DENIED ENROLLMENT_REFUSED grpc']);
  });

  it('does not burn the token for a CSR that it refuses', async () => {
    const { cluster } = await aCluster(world);
    const token = await aJoinToken(world, cluster);
    const csrRefused = { status: status.INVALID_ARGUMENT, details: 'CSR_REFUSED' };
    expect(await enrollRaw(world, running, token, { key: await aCsr({ curve: 'P-384' }) })).toEqual(csrRefused);
    const key = await aCsr();
    const tampered = Buffer.from(key.csr);
    tampered[tampered.length - 1] = (tampered.at(-1) ?? 0) ^ 1;
    expect(await enrollRaw(world, running, token, { key: { ...key, csr: tampered } })).toEqual(csrRefused);
    expect(await enrollRaw(world, running, token, { key: { ...key, csr: Buffer.alloc(5_000) } })).toEqual(csrRefused);
    expectEnrolled(await enrollRaw(world, running, token, { key }));
  });

  it('refuses another cluster under the name unless the token says replace, and revokes earlier certificates', async () => {
    const { cluster } = await aCluster(world);
    expectEnrolled(await enrollRaw(world, running, await aJoinToken(world, cluster)));
    const kubeSystemUid = '22222222-2222-4222-8222-222222222222';
    expect(await enrollRaw(world, running, await aJoinToken(world, cluster), { kubeSystemUid })).toEqual({ status: status.FAILED_PRECONDITION, details: 'CLUSTER_DIFFERS' });
    expect((await certificatesOf(cluster)).map((certificate) => certificate.revoked)).toEqual([false]);
    expectEnrolled(await enrollRaw(world, running, await aJoinToken(world, cluster, { replace: true }), { kubeSystemUid }));
    expect((await certificatesOf(cluster)).map((certificate) => certificate.revoked)).toEqual([true, false]);
  });

  it('keeps no token in the database', async () => {
    const { cluster } = await aCluster(world);
    const token = await aJoinToken(world, cluster);
    const { rows } = await world.database.pool.query<{ row: string }>('SELECT t::text AS row FROM join_tokens t WHERE cluster_id = $1', [cluster]);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe('Recover', () => {
  async function recoverWith(identity: RawIdentity, options: { readonly signKey?: string; readonly cluster?: string; readonly nonce?: Buffer } = {}): Promise<object> {
    const client = aClient(running.enrollPort, credentialsOf(world.identity.authority.caPem));
    try {
      const challenge = await call(client, enrollmentService.recoverChallenge, { clusterId: options.cluster ?? identity.cluster });
      if ('status' in challenge) return challenge;
      const nonce = options.nonce ?? challenge.nonce;
      const { csr } = await aCsr();
      const signature = sign('sha256', recoverBytes(nonce, csr), createPrivateKey(options.signKey ?? identity.privateKeyPem));
      const first = await call(client, enrollmentService.recover, { clusterId: options.cluster ?? identity.cluster, nonce, csr, signature });
      if ('status' in first) return first;
      const again = await call(client, enrollmentService.recover, { clusterId: identity.cluster, nonce, csr, signature });
      return { recovered: first.clusterId, again };
    } finally {
      client.close();
    }
  }

  async function anIdentity(): Promise<RawIdentity> {
    const { cluster } = await aCluster(world);
    return expectEnrolled(await enrollRaw(world, running, await aJoinToken(world, cluster)));
  }

  async function expireCertificates(cluster: string, ago: string): Promise<void> {
    await world.database.pool.query('UPDATE cluster_certificates SET not_after = now() - $2::interval WHERE cluster_id = $1', [cluster, ago]);
  }

  it('gives the owner of the last key a new certificate, once for each nonce', async () => {
    const identity = await anIdentity();
    await expireCertificates(identity.cluster, '29 days');
    expect(await recoverWith(identity)).toEqual({ recovered: identity.cluster, again: refused });
    expect(await auditOf(identity.cluster)).toContain('enrollment.recover SUCCEEDED grpc');
  });

  it('is over 30 days after expiry', async () => {
    const identity = await anIdentity();
    await expireCertificates(identity.cluster, '31 days');
    expect(await recoverWith(identity)).toEqual(refused);
  });

  it('refuses a revoked key, another key, a foreign nonce and an unknown cluster alike', async () => {
    const identity = await anIdentity();
    const other = await anIdentity();
    expect(await recoverWith(identity, { signKey: other.privateKeyPem })).toEqual(refused);
    expect(await recoverWith(identity, { nonce: Buffer.from(systemRandom.bytes(32)) })).toEqual(refused);
    expect(await recoverWith(identity, { cluster: '00000000-0000-7000-8000-00000000dead' })).toEqual(refused);
    expect(await recoverWith(identity, { cluster: other.cluster })).toEqual(refused);
    await world.tx.run({ kind: 'system', controller: 'test' }, () => world.trust.revokeCertificates(identity.cluster as never));
    expect(await recoverWith(identity)).toEqual(refused);
    expect(await auditOf(identity.cluster)).toContain('enrollment.recover DENIED ENROLLMENT_REFUSED grpc');
  });
});
