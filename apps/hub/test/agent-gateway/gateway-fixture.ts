import { digestOf, digestOfJson, silentLog, type Log } from '#kernel';
import { applicationId, clusterId, projectId, releaseId, repositoryId, targetId, type AssignmentOrder, type ClusterId, type Order, type TargetId } from '#domain';
import { systemClock, systemMonotonic, systemRandom, systemTimers, uuidV7Ids } from '#runtime';
import { aDatabase, type TestDatabase } from '#testing';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import {
  AgentGateway, Ed25519Signer, GatewayTrust, issueOrder, loadHubIdentity, newJoinToken, registerSigningKey, SqlHubIdentityStore, SqlSigningKeyStore, type HubIdentity,
} from '../../src/agent-gateway/index.js';
import { AuditTrail } from '../../src/platform/audit/index.js';
import { Notifications, openDataSource, systemScope, TransactionContext } from '../../src/platform/database/index.js';
import { Envelope, MasterKeys } from '../../src/platform/secrets/index.js';

export const ids = uuidV7Ids(systemClock, systemRandom);

/** One database and what replicas of a hub share. */
export interface GatewayWorld {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
  readonly tx: TransactionContext;
  readonly notifications: Notifications;
  readonly identity: HubIdentity;
  readonly signer: Ed25519Signer;
  readonly envelope: Envelope;
  readonly trust: GatewayTrust;
  close(): Promise<void>;
}

export interface RunningGateway {
  readonly gateway: AgentGateway;
  readonly agentPort: number;
  readonly enrollPort: number;
}

export function anEnvelope(): Envelope {
  const key = Buffer.from(systemRandom.bytes(32));
  return new Envelope(new MasterKeys({ key, id: key.subarray(0, 8) }), systemRandom);
}

export function identityPorts(tx: TransactionContext, envelope: Envelope): Parameters<typeof loadHubIdentity>[0] {
  return { store: new SqlHubIdentityStore(tx), envelope, ids, clock: systemClock, random: systemRandom };
}

/** @param wayTo what stands between the replicas and their database */
export async function aGatewayWorld(wayTo: (url: string) => Promise<string> = (url) => Promise.resolve(url)): Promise<GatewayWorld> {
  const database = await aDatabase();
  const url = await wayTo(database.url);
  const dataSource = await openDataSource({
    url, entities: [], poolSize: 20, applicationName: 'gateway-test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog,
  });
  const tx = new TransactionContext(dataSource, systemTimers, systemRandom);
  const notifications = new Notifications(url, systemTimers, systemRandom, silentLog);
  await notifications.start();
  const envelope = anEnvelope();
  const identity = await loadHubIdentity(identityPorts(tx, envelope));
  const signer = Ed25519Signer.fromPem(Ed25519Signer.newKeyPem());
  await registerSigningKey(new SqlSigningKeyStore(tx, identity.hub), identity.hub, signer);
  return {
    database, dataSource, tx, notifications, identity, signer, envelope,
    trust: new GatewayTrust(tx, () => Promise.resolve(identity)),
    async close() {
      await notifications.stop();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

export interface GatewayOptions {
  readonly certificateTtlMs?: number;
  readonly heartbeatMs?: number;
  readonly agentPort?: number;
  readonly enrollPort?: number;
  readonly log?: Log;
}

export async function startGateway(world: GatewayWorld, options: GatewayOptions = {}): Promise<RunningGateway> {
  const gateway = new AgentGateway(
    world.identity,
    {
      publicHost: 'localhost', listenHost: '127.0.0.1', agentPort: options.agentPort ?? 0, enrollPort: options.enrollPort ?? 0, certificateTtlMs: options.certificateTtlMs ?? 86_400_000,
      version: 'test', replica: ids.uuid(), ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    },
    {
      tx: world.tx, notifications: world.notifications, audit: new AuditTrail(world.tx, ids),
      openCredentials: (_repository, sealed) => ({ username: 'git', password: Buffer.from(sealed).toString('utf8') }),
      ids, clock: systemClock, monotonic: systemMonotonic, timers: systemTimers, random: systemRandom, log: options.log ?? silentLog,
    },
  );
  return { gateway, ...(await gateway.start()) };
}

/** A cluster row, and a join token for it. */
export async function aCluster(world: GatewayWorld, name = `c-${ids.uuid().slice(-8)}`): Promise<{ readonly cluster: ClusterId; readonly name: string }> {
  const id = ids.uuid();
  await world.database.pool.query('INSERT INTO clusters (id, name, labels) VALUES ($1, $2, $3)', [id, name, { env: 'test' }]);
  return { cluster: clusterId(id), name };
}

export async function aJoinToken(world: GatewayWorld, cluster: ClusterId, options: { readonly replace?: boolean; readonly expired?: boolean } = {}): Promise<string> {
  const { token, hash } = newJoinToken(systemRandom);
  const principal = ids.uuid();
  const { pool } = world.database;
  await pool.query(`INSERT INTO principals (id, kind, name, roles) VALUES ($1, 'USER', $2, '{}')`, [principal, principal]);
  await pool.query(`INSERT INTO join_tokens (id, cluster_id, hash, "replace", created_by, expires_at) VALUES ($1, $2, $3, $4, $5, now() + $6::interval)`, [
    ids.uuid(), cluster, Buffer.from(hash), options.replace ?? false, principal, options.expired === true ? '-1 second' : '10 minutes',
  ]);
  return token;
}

export interface ATarget {
  readonly target: TargetId;
  readonly order: Order;
}

const COMMIT = 'a'.repeat(40);

/** All of it or nothing, for whoever reads meanwhile. */
async function atOnce<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const done = await work(client);
    await client.query('COMMIT');
    return done;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** A project, application and release, and a function that puts signed targets of it on clusters, as the planner does. */
export async function anApplication(world: GatewayWorld): Promise<{
  readonly repository: string;
  readonly application: string;
  assign(cluster: ClusterId, options?: AssignOptions): Promise<ATarget>;
}> {
  const { pool } = world.database;
  const [project, repository, application, revision, release] = [ids.uuid(), ids.uuid(), ids.uuid(), ids.uuid(), ids.uuid()];
  await atOnce(pool, async (client) => {
    await client.query('INSERT INTO projects (id, name) VALUES ($1, $2)', [project, `p-${project.slice(-8)}`]);
    await client.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) VALUES ($1, $2, 'fleet', 'https://git.example.com/fleet.git', 60000)`, [project, repository]);
    await client.query(`INSERT INTO applications (project_id, id, name, repository_id, current_revision_id) VALUES ($1, $2, 'app', $3, $4)`, [project, application, repository, revision]);
    await client.query(`INSERT INTO application_revisions (project_id, id, application_id, number, spec, digest, created_by) VALUES ($1, $2, $3, 1, '{}', 'd', $2)`, [project, revision, application]);
    await client.query(
      `INSERT INTO releases (project_id, id, application_id, number, revision_id, repository_id, commit, ref, source_digest, release_key, author, subject, committed_at)
       VALUES ($1, $2, $3, 1, $4, $5, $6, 'main', $7, 'k', 'a', 's', now())`,
      [project, release, application, revision, repository, COMMIT, digestOf('')],
    );
  });
  return {
    repository,
    application,
    async assign(cluster, options = {}) {
      const target = options.target ?? targetId(ids.uuid());
      // Whoever sees the new number sees its order: else he would wait for it in vain.
      const order = await atOnce(pool, async (client) => {
        const [seq] = (await client.query<{ desired_seq: string }>('UPDATE clusters SET desired_seq = desired_seq + 1 WHERE id = $1 RETURNING desired_seq', [cluster])).rows;
        const given = anOrder(world, { project, application, release, repository }, cluster, target, BigInt(seq?.desired_seq ?? 0), options);
        const issued = await issueOrder(given, options.signer ?? world.signer);
        const expiry = options.expired === true ? new Date(systemClock.now().getTime() - 1000) : issued.expiresAt;
        const columns = [issued.bytes, issued.keyId, issued.signature, issued.type, issued.digest, expiry].map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
        if (given.kind === 'ASSIGNMENT') {
          await client.query(
            `INSERT INTO targets (project_id, id, application_id, cluster_id, assigned_release_id, generation, order_bytes, order_key_id, order_signature, order_type, order_digest, order_expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE SET generation = excluded.generation, order_bytes = excluded.order_bytes,
             order_key_id = excluded.order_key_id, order_signature = excluded.order_signature, order_digest = excluded.order_digest, order_expires_at = excluded.order_expires_at`,
            [project, target, application, cluster, release, given.generation.toString(), ...columns],
          );
          await client.query('INSERT INTO target_status (target_id, cluster_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [target, cluster]);
        } else {
          await client.query(
            `INSERT INTO tombstones (project_id, id, target_id, application_id, cluster_id, mode, cause, generation, order_epoch, order_bytes, order_key_id, order_signature, order_type, order_digest, order_expires_at)
             VALUES ($1, $2, $3, $4, $5, 'DELETE', 'SELECTOR', $6, $7, $8, $9, $10, $11, $12, $13)`,
            [project, ids.uuid(), target, application, cluster, given.generation.toString(), given.epoch.toString(), ...columns],
          );
        }
        return given;
      });
      await world.tx.run(systemScope('planner'), () => {
        world.tx.notify('cluster_orders', cluster);
        return Promise.resolve();
      });
      return { target, order };
    },
  };
}

export interface AssignOptions {
  readonly target?: TargetId;
  readonly tombstone?: boolean;
  readonly expired?: boolean;
  readonly epoch?: bigint;
  readonly audience?: ClusterId;
  readonly signer?: Ed25519Signer;
  readonly parameters?: string;
  /** More of what the order says. */
  readonly order?: Partial<Pick<AssignmentOrder, 'patches' | 'unknownFeatures'>>;
}

interface Owners {
  readonly project: string;
  readonly application: string;
  readonly release: string;
  readonly repository: string;
}

function anOrder(world: GatewayWorld, owners: Owners, cluster: ClusterId, target: TargetId, generation: bigint, options: AssignOptions): Order {
  const now = systemClock.now();
  const header = {
    hub: world.identity.hub, audience: options.audience ?? cluster, target, epoch: options.epoch ?? 1n, generation,
    project: { id: projectId(owners.project), name: 'default' }, application: { id: applicationId(owners.application), name: 'app' },
    issuedAt: now, expiresAt: new Date(now.getTime() + 3_600_000),
  };
  if (options.tombstone === true) return { ...header, kind: 'TOMBSTONE', mode: 'DELETE', approvedRemovals: [] };
  const parameters = { note: options.parameters ?? '' };
  return {
    ...header,
    kind: 'ASSIGNMENT',
    release: {
      id: releaseId(owners.release), commit: COMMIT, ref: 'main', sourceDigest: digestOf(''), path: 'app', renderer: 'PLAIN', namespace: 'app', substitute: false,
      repository: { id: repositoryId(owners.repository), url: 'https://git.example.com/fleet.git', credentialDigest: undefined },
    },
    parameters,
    parametersDigest: digestOfJson(parameters),
    sync: { prune: true, drift: 'HEAL' },
    approvedPrunes: [],
    ...options.order,
  };
}
