import { noFailpoints, noTracer, silentLog, type Failpoints, type Result } from '#kernel';
import {
  clusterId, hubId, principalId, projectId, releaseId, repositoryId, type TargetId, type ApplicationInput, type ClusterId, type Order, type RemovalMode, type SourceTree, type TargetReport,
} from '#domain';
import { systemTimers, systemRandom, systemClock, uuidV7Ids } from '#runtime';
import { aDatabase, aSourceTree, type SourceTreeContent, type TestDatabase } from '#testing';
import { decodeOrder } from '#wire';
import { SqlReportStore } from '../../src/agent-gateway/ingest/sql-report.store.js';
import { Ed25519Signer, issueOrder } from '../../src/agent-gateway/index.js';
import { ENTITIES } from '../../src/entities.js';
import { CreateApplication } from '../../src/features/applications/create-application.js';
import { DeleteApplication } from '../../src/features/applications/delete-application.js';
import { TypeormApplicationRepository } from '../../src/features/applications/typeorm-application.repository.js';
import { UpdateApplication } from '../../src/features/applications/update-application.js';
import { FinishRemoval } from '../../src/features/clusters/finish-removal.js';
import { CreateCluster } from '../../src/features/clusters/create-cluster.js';
import { LabelCluster } from '../../src/features/clusters/label-cluster.js';
import { RemoveCluster } from '../../src/features/clusters/remove-cluster.js';
import { TypeormClusterRepository } from '../../src/features/clusters/typeorm-cluster.repository.js';
import { ApplicationTargets } from '../../src/features/placement/application-targets.js';
import { ClusterPlacement } from '../../src/features/placement/cluster-placement.js';
import { PlaceApplications, PlaceFacts, SqlPlacementStore } from '../../src/features/placement/index.js';
import { findWork, PlanApplication, type PlanApplicationPorts } from '../../src/features/planner/index.js';
import { EvaluateReleases, SqlReleaseStore, SqlSourcesWanted, type EvaluationSummary } from '../../src/features/releases/index.js';
import { SqlFurtherSourcesStore } from '../../src/features/releases/sql-further-sources.store.js';
import { SqlRolloutStore, StartRollouts } from '../../src/features/rollouts/index.js';
import { SyncApplication } from '../../src/features/rollouts/sync-application.js';
import { ApprovePrune } from '../../src/features/targets/approve-prune.js';
import { ConfirmFactMismatch } from '../../src/features/targets/confirm-fact-mismatch.js';
import { TargetReadModel } from '../../src/features/targets/index.js';
import type { TargetView } from '../../src/features/targets/target-view.js';
import { AuditTrail } from '../../src/platform/audit/index.js';
import type { Viewer } from '../../src/platform/api/index.js';
import { Leases, openDataSource, Outbox, TransactionContext, type HeldLease } from '../../src/platform/database/index.js';

const PROJECT = { id: projectId('00000000-0000-7000-8000-0000000000a1'), name: 'default', createdAt: new Date(0) };
const REPOSITORY = repositoryId('00000000-0000-7000-8000-0000000000a2');
const VIEWER: Viewer = {
  principalId: principalId('00000000-0000-7000-8000-0000000000a3'), name: 'admin', kind: 'USER', tokenId: '00000000-0000-7000-8000-0000000000a4', permissions: new Set(), requestId: 'test', origin: 'test',
};
const HUB = hubId('00000000-0000-7000-8000-0000000000a5');

/** The use cases around targets on a real database, a planner that is asked by hand, and agents that say what a test makes them say. */
export type PlanningGround = Awaited<ReturnType<typeof planningGround>>;

export const anInput = (part: Partial<ApplicationInput> = {}): ApplicationInput => ({
  source: { repository: 'fleet', ref: 'main', path: 'apps/web' }, selector: { matchLabels: { env: 'prod' } }, strategy: { kind: 'ALL_AT_ONCE' }, ...part,
});

export async function planningGround() {
  const database = await aDatabase();
  await arrange(database);
  const dataSource = await openDataSource({
    url: database.url, entities: ENTITIES, poolSize: 8, applicationName: 'test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog,
  });
  const tx = new TransactionContext(dataSource, systemTimers, systemRandom);
  const ids = uuidV7Ids(systemClock, systemRandom);
  const audit = new AuditTrail(tx, ids);
  const outbox = new Outbox(tx, ids);
  const leases = new Leases(tx);
  const key = Ed25519Signer.fromPem(Ed25519Signer.newKeyPem());
  const placementStore = new SqlPlacementStore(tx, ids);
  const placement = new PlaceApplications(placementStore);
  const rolloutStore = new SqlRolloutStore(tx);
  const rollouts = new StartRollouts({ tx, store: rolloutStore, audit, outbox, ids });
  const clusterRows = new TypeormClusterRepository(tx);
  const impact = new ClusterPlacement(placementStore, placement);
  const trust = { trust: () => Promise.reject(new Error('unused')), newJoinToken: () => ({ token: '', hash: new Uint8Array(), ttlMs: 1 }), revokeCertificates: () => Promise.resolve() };
  const finish = new FinishRemoval(tx, clusterRows, impact, trust, audit, outbox);
  const applicationRows = new TypeormApplicationRepository(tx);
  const applicationTargets = new ApplicationTargets(placementStore, placement);
  const create = new CreateApplication(tx, applicationRows, applicationTargets, audit, outbox, ids);
  const update = new UpdateApplication(tx, applicationRows, applicationTargets, audit, outbox, ids);
  const remove = new DeleteApplication(tx, applicationRows, applicationTargets, audit, outbox);
  const evaluation = new EvaluateReleases({ tx, store: new SqlReleaseStore(tx), further: new SqlFurtherSourcesStore(tx), rollouts, audit, outbox, ids, tracer: noTracer(systemClock), log: silentLog });
  const sync = new SyncApplication(tx, rolloutStore, rollouts, audit);
  const targets = new TargetReadModel(tx);
  const reports = new SqlReportStore(tx, ids);
  const ports: PlanApplicationPorts = {
    tx, leases, audit, outbox, ids, tracer: noTracer(systemClock), failpoints: noFailpoints, placementStore, placement, rolloutStore, rollouts, signer: { issue: (order) => issueOrder(order, key) },
  };
  const signal = new AbortController().signal;
  let sequence = 0n;

  const ground = {
    database, tx, ids, leases, ports, placement, placementStore, viewer: VIEWER, project: PROJECT, repository: REPOSITORY, targets, sync, evaluation, approve: new ApprovePrune(tx, audit, outbox),
    confirmFactMismatch: new ConfirmFactMismatch(tx, placementStore, placement, audit, outbox),
    sources: new SqlSourcesWanted(tx),
    facts: new PlaceFacts(tx, placementStore, placement),
    clusters: {
      create: (name: string, labels: object) => new CreateCluster(tx, clusterRows, impact, audit, outbox, ids).execute(VIEWER, { name, labels }),
      label: (name: string, set: object, confirmRemovals?: Parameters<LabelCluster['execute']>[1]['confirmRemovals'], gone: readonly string[] = []) =>
        new LabelCluster(tx, clusterRows, impact, audit, outbox).execute(VIEWER, { name, set, remove: gone, confirmRemovals, version: undefined }),
      remove: (name: string, force = false) => new RemoveCluster(tx, clusterRows, impact, finish, audit).execute(VIEWER, { name, force }),
    },
    /** A cluster whose agent has joined. */
    async joined(name: string, labels: object): Promise<ClusterId> {
      const created = value(await ground.clusters.create(name, labels));
      await database.pool.query(`UPDATE clusters SET state = 'ACTIVE', session_epoch = 1 WHERE id = $1`, [created.id]);
      return clusterId(created.id);
    },
    create: (name: string, spec: ApplicationInput = anInput()) => create.execute(VIEWER, { project: PROJECT, projectName: 'default', name, spec }),
    update: (name: string, spec: ApplicationInput, rest: Partial<Pick<Parameters<UpdateApplication['execute']>[1], 'version' | 'confirmRemovals'>> = {}) =>
      update.execute(VIEWER, { project: PROJECT, projectName: 'default', name, spec, version: undefined, confirmRemovals: undefined, ...rest }),
    remove: (name: string, mode: RemovalMode) => remove.execute(VIEWER, { project: PROJECT, projectName: 'default', name, mode }),
    /** What the source watcher does once it has resolved a ref. */
    push(files: Readonly<Record<string, SourceTreeContent>>, rest: { readonly commit?: string; readonly ref?: string; readonly whileJudged?: () => Promise<void> } = {}): Promise<EvaluationSummary> {
      const tree = aSourceTree(files);
      return evaluation.evaluate(
        {
          project: PROJECT.id, repository: REPOSITORY, ref: rest.ref ?? 'main', fullRef: `refs/heads/${rest.ref ?? 'main'}`, commit: rest.commit ?? tree.commit, content: { kind: 'TREE', tree: rest.whileJudged === undefined ? tree : readAfter(tree, rest.whileJudged) }, author: 'Ada', subject: 'change',
          committedAt: new Date('2026-11-01T12:00:00Z'),
        },
        signal,
      );
    },
    lease: (): Promise<HeldLease> => leases.acquire('planner', 'test', 60_000).then((lease) => lease ?? Promise.reject(new Error('somebody else plans'))),
    /** Looks at every application that needs it until nothing changes any more. */
    async plan(failpoints: Failpoints = noFailpoints): Promise<void> {
      const lease = await ground.lease();
      const plan = new PlanApplication({ ...ports, failpoints });
      for (let round = 0; round < 3; round += 1) for (const id of await findWork(tx, 1_000)) await plan.execute(lease, id);
    },
    view: async (application: string, cluster: string): Promise<TargetView> => {
      const view = await targets.findByName(VIEWER, { project: 'default', application, cluster });
      if (view === undefined) throw new Error(`no target ${application}@${cluster}`);
      return view;
    },
    /** The order that the agent of a target would be given now. */
    async order(application: string, cluster: string): Promise<Order> {
      const { id } = await ground.view(application, cluster);
      const { rows } = await database.pool.query<{ order_bytes: Buffer }>(
        `SELECT order_bytes FROM tombstones WHERE target_id = $1 AND acknowledged_at IS NULL UNION ALL SELECT order_bytes FROM targets WHERE id = $1 AND state = 'ACTIVE'`, [id],
      );
      const decoded = decodeOrder(rows[0]?.order_bytes ?? new Uint8Array());
      if (!decoded.ok) throw new Error(`no order for ${application}@${cluster}`);
      return decoded.value;
    },
    /** The agent of a target answers the order that it was given, through the ingestion of the gateway. */
    async answer(application: string, cluster: string, report: Partial<TargetReport> = {}): Promise<void> {
      const order = await ground.order(application, cluster);
      sequence += 1n;
      await reports.write([{ cluster: order.audience, sessionEpoch: 1n, sequence, report: { ...reportOf(order), ...report } }]);
    },
    /** What an agent says of a target without having been told. */
    async report(cluster: string, target: TargetId, report: Pick<TargetReport, 'epoch' | 'generation' | 'sync' | 'reason'>): Promise<void> {
      const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM clusters WHERE name = $1', [cluster]);
      sequence += 1n;
      await reports.write([{ cluster: clusterId(rows[0]?.id ?? ''), sessionEpoch: 1n, sequence, report: { ...reportOn(target), ...report } }]);
    },
    rows: async <Row extends object = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> => (await database.pool.query<Row>(sql, parameters)).rows,
    async close(): Promise<void> {
      await dataSource.destroy();
      await database.drop();
    },
  };
  return ground;
}

export function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

function reportOf(order: Order): TargetReport {
  return order.kind === 'TOMBSTONE'
    ? { ...reportOn(order.target), epoch: order.epoch, generation: order.generation, sync: 'REMOVED', reason: 'REMOVED', health: 'UNKNOWN' }
    : { ...reportOn(order.target), epoch: order.epoch, generation: order.generation, release: releaseId(order.release.id), commit: order.release.commit };
}

function reportOn(target: TargetId): TargetReport {
  return {
    target, epoch: 0n, generation: 0n, release: undefined, commit: '', renderDigest: undefined, sync: 'SYNCED', reason: 'SYNCED', message: '', health: 'HEALTHY', healthMessage: '', objectCount: 1,
    unhealthy: [], drifted: [], healedCount: 0, pendingRemoval: undefined, observedAt: new Date('2026-11-01T12:00:00Z'),
  };
}

/** Content whose reading lets something else happen first. */
function readAfter(tree: SourceTree, first: () => Promise<void>): SourceTree {
  const after = <Arguments extends readonly unknown[], T>(read: (...args: Arguments) => Promise<T>) => async (...args: Arguments): Promise<T> => {
    await first();
    return read(...args);
  };
  return {
    commit: tree.commit, rootTreeId: tree.rootTreeId, list: after((path, signal) => tree.list(path, signal)), read: after((path, signal) => tree.read(path, signal)),
    readMany: after((paths, signal) => tree.readMany(paths, signal)), entry: after((path, signal) => tree.entry(path, signal)), resolve: after((path, signal) => tree.resolve(path, signal)),
  };
}

async function arrange({ pool }: TestDatabase): Promise<void> {
  await pool.query(`INSERT INTO hub_identity (hub_id, ca_certificate, ca_key_encrypted) VALUES ($1, '', '')`, [HUB]);
  await pool.query(`INSERT INTO projects (id, name) VALUES ($1, 'default')`, [PROJECT.id]);
  await pool.query(`INSERT INTO principals (id, kind, name, roles) VALUES ($1, 'USER', 'admin', '{admin}')`, [VIEWER.principalId]);
  await pool.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) VALUES ($1, $2, 'fleet', 'https://git.example.com/fleet', 60000)`, [PROJECT.id, REPOSITORY]);
}

