import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import { clusterId, repositoryId } from '#domain';
import { CredentialSecrets, IdentitySecret, IdentityUnreadable, OrderSecrets } from '../src/state/index.js';
import type { AgentIdentity } from '../src/session/session.ports.js';
import { damageSecret, SIGNAL, StateOfProcess, storedSecrets } from './state-fixture.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment, CLUSTER, HUB, idOf, signed, SIGNING_KEY } from './test-orders.js';

const REPOSITORY = repositoryId(idOf('repository', 'fleet'));

describe('orders, credentials and identity in Secrets', () => {
  let cluster: TestCluster;
  let state: StateOfProcess;

  beforeEach(async () => {
    cluster = await TestCluster.start();
    state = await StateOfProcess.begin(cluster, 1);
  });
  afterEach(() => cluster.stop());

  describe('orders', () => {
    it('come back as the bytes that were received', async () => {
      const order = await signed(anAssignment({ generation: 1, release: 'r1' }));
      unwrap(await state.orders.put(order, SIGNAL));
      const loaded = unwrap(await new StateOfProcess(cluster, 2).orders.loadAll(SIGNAL));
      expect(loaded.unreadable).toEqual([]);
      expect(loaded.orders.map(({ orderDigest }) => orderDigest)).toEqual([order.orderDigest]);
      expect(Buffer.from(loaded.orders[0]?.signed.payload ?? [])).toEqual(Buffer.from(order.signed.payload));
    });

    it('count only with a signature of this hub, and do not hide the others', async () => {
      unwrap(await state.orders.put(await signed(anAssignment({ generation: 1, release: 'r1' })), SIGNAL));
      unwrap(await state.orders.put(await signed(anAssignment({ application: 'web', generation: 1, release: 'r1' })), SIGNAL));
      const [first] = storedSecrets(cluster, 'capstan-order-');
      await damageSecret(cluster, first?.metadata.name ?? '', 'signed', Buffer.from('x'));
      const loaded = unwrap(await new StateOfProcess(cluster, 2).orders.loadAll(SIGNAL));
      expect(loaded.orders).toHaveLength(1);
      expect(loaded.unreadable.map(({ name }) => name)).toEqual([first?.metadata.name]);
      expect(unwrap(await new OrderSecrets(state.secrets, () => []).loadAll(SIGNAL)).orders).toEqual([]);
    });

    it('that a newer agent left are not followed by halves', async () => {
      unwrap(await state.orders.put(await signed({ ...anAssignment({ generation: 1, release: 'r1' }), unknownFeatures: ['orders.teleport'] }), SIGNAL));
      unwrap(await state.orders.put(await signed(anAssignment({ application: 'other', generation: 2, release: 'r2' })), SIGNAL));
      const loaded = unwrap(await new StateOfProcess(cluster, 2).orders.loadAll(SIGNAL));
      expect(loaded.orders.map(({ order }) => order.application.name)).toEqual(['other']);
      expect(loaded.unreadable).toMatchObject([{ message: expect.stringContaining('orders.teleport') }]);
    });

    it('are removed only as the very order that was meant', async () => {
      const old = await signed(anAssignment({ generation: 1, release: 'r1' }));
      const newer = await signed(anAssignment({ generation: 2, release: 'r2' }));
      unwrap(await state.orders.put(old, SIGNAL));
      unwrap(await state.orders.put(newer, SIGNAL));
      unwrap(await state.orders.remove(old.order.target, old.orderDigest, SIGNAL));
      expect(storedSecrets(cluster, 'capstan-order-')).toHaveLength(1);
      unwrap(await state.orders.remove(old.order.target, newer.orderDigest, SIGNAL));
      expect(storedSecrets(cluster, 'capstan-order-')).toEqual([]);
      unwrap(await state.orders.remove(old.order.target, newer.orderDigest, SIGNAL));
    });

    it('cannot be read when the cluster does not answer, which is not the same as none', async () => {
      await cluster.grant('capstan-agent', []);
      expect(await state.orders.loadAll(SIGNAL)).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    });
  });

  describe('credentials', () => {
    const credential = { repository: REPOSITORY, origin: 'https://git.example.com:443', credentials: { username: 'bot', password: 'canary-password' }, digest: digestOf('1') };

    it('are given for their origin, over a restart, and for no other', async () => {
      await new CredentialSecrets(state.secrets).put(credential, SIGNAL);
      const next = new CredentialSecrets(new StateOfProcess(cluster, 2).secrets);
      expect(await next.load(SIGNAL)).toEqual([]);
      expect([...next.digests()]).toEqual([[REPOSITORY, credential.digest]]);
      expect(next.lookUp(REPOSITORY, 'https://git.example.com/fleet.git')).toEqual({ kind: 'HELD', credentials: { username: 'bot', password: 'canary-password' } });
      for (const url of ['http://git.example.com/fleet.git', 'https://git.example.com:8443/fleet.git', 'https://evil.example.com/fleet.git', 'not a url']) expect(next.lookUp(REPOSITORY, url)).toEqual({ kind: 'BOUND_ELSEWHERE' });
      expect(next.lookUp(repositoryId(idOf('repository', 'other')), 'https://git.example.com/fleet.git')).toEqual({ kind: 'NONE' });
    });

    it('of an SSH repository are key and known hosts, over a restart, and for that server alone', async () => {
      const ssh = { privateKey: 'canary-key', knownHosts: 'git.example.com ssh-ed25519 AAAA' };
      await new CredentialSecrets(state.secrets).put({ ...credential, origin: 'ssh://git.example.com:22', credentials: ssh }, SIGNAL);
      const next = new CredentialSecrets(new StateOfProcess(cluster, 2).secrets);
      expect(await next.load(SIGNAL)).toEqual([]);
      expect(next.lookUp(REPOSITORY, 'ssh://git@git.example.com/fleet.git')).toEqual({ kind: 'HELD', credentials: ssh });
      for (const url of ['ssh://git@git.example.com:2222/fleet.git', 'ssh://git@evil.example.com/fleet.git', 'https://git.example.com/fleet.git']) expect(next.lookUp(REPOSITORY, url)).toEqual({ kind: 'BOUND_ELSEWHERE' });
    });

    it('count as not held where an agent from before SSH has kept a key as an empty password, so that the hub sends the key', async () => {
      const kept = { ...credential, origin: 'ssh://git.example.com:22', credentials: { username: '', password: '' } };
      await new CredentialSecrets(state.secrets).put(kept, SIGNAL);
      const next = new CredentialSecrets(new StateOfProcess(cluster, 2).secrets);
      expect(await next.load(SIGNAL)).toEqual([`capstan-credential-${REPOSITORY}`]);
      expect([...next.digests()]).toEqual([]);
      const ssh = { privateKey: 'canary-key', knownHosts: 'git.example.com ssh-ed25519 AAAA' };
      await next.put({ ...kept, credentials: ssh }, SIGNAL);
      expect(next.lookUp(REPOSITORY, 'ssh://git@git.example.com/fleet.git')).toEqual({ kind: 'HELD', credentials: ssh });
    });

    it('are gone from the cluster when they are dropped, and dropping twice is fine', async () => {
      const held = new CredentialSecrets(state.secrets);
      await held.put(credential, SIGNAL);
      await held.drop(REPOSITORY, SIGNAL);
      await held.drop(REPOSITORY, SIGNAL);
      expect(storedSecrets(cluster, 'capstan-credential-')).toEqual([]);
      expect(held.lookUp(REPOSITORY, 'https://git.example.com/fleet.git')).toEqual({ kind: 'NONE' });
    });

    it('stay out of the failure when they cannot be stored', async () => {
      await cluster.grant('capstan-agent', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]);
      const failure = await new CredentialSecrets(state.secrets).put(credential, SIGNAL).then(() => '', (error: unknown) => String(error));
      expect(failure).toContain('FORBIDDEN');
      expect(failure).not.toContain('canary-password');
    });
  });

  describe('the identity', () => {
    const identity: AgentIdentity = {
      hub: HUB, cluster: CLUSTER, clusterName: 'eu-1', epoch: 3n, privateKeyPem: 'canary-key', certificateChainPem: 'chain', caPem: 'ca',
      notBefore: new Date('2026-11-01T00:00:00Z'), notAfter: new Date('2026-11-02T00:00:00Z'), signingKeys: [SIGNING_KEY],
    };

    it('is absent before the first start, comes back whole, and is replaced', async () => {
      const store = new IdentitySecret(state.secrets);
      expect(await store.load(SIGNAL)).toBeUndefined();
      await store.save(identity, SIGNAL);
      expect(await new IdentitySecret(state.secrets).load(SIGNAL)).toEqual(identity);
      const renewed = { ...identity, cluster: clusterId(idOf('cluster', 'eu-2')), notAfter: new Date('2026-11-03T00:00:00Z') };
      await new IdentitySecret(new StateOfProcess(cluster, 2).secrets).save(renewed, SIGNAL);
      expect(await new IdentitySecret(state.secrets).load(SIGNAL)).toEqual(renewed);
    });

    it('that does not read, or cannot be read, is not an absent one', async () => {
      const store = new IdentitySecret(state.secrets);
      await store.save(identity, SIGNAL);
      await damageSecret(cluster, 'capstan-identity', 'identity.json', Buffer.from('{}'));
      const failure = await store.load(SIGNAL).then(() => undefined, (error: unknown) => error);
      expect(failure).toBeInstanceOf(IdentityUnreadable);
      expect(String(failure)).not.toContain('canary-key');
      await cluster.grant('capstan-agent', []);
      await expect(store.load(SIGNAL)).rejects.toThrow('FORBIDDEN');
    });
  });
});
