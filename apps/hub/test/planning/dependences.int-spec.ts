import type { GateInput, StrategyInput } from '#domain';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HurdleReadModel } from '../../src/features/rollouts/index.js';
import { rolloutsAtWork } from '../../src/features/rollouts/load-rollout.js';
import { StageReadModel } from '../../src/features/rollouts/stages.read-model.js';
import { systemScope } from '../../src/platform/database/index.js';
import { anInput, value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

const sourceOf = (name: string) => ({ repository: 'fleet', ref: 'main', path: `apps/${name}` });
const queueFirst = (rest: Partial<NonNullable<GateInput['rollout']>> = {}): GateInput => ({ name: 'queue-first', rollout: { application: 'queue', ...rest } });

describe('a rollout that waits for another application', () => {
  let ground: StagedGround;
  let versions: Record<string, number> = {};
  beforeEach(async () => {
    versions = {};
    ground = await stagedGround();
  }, 60_000);
  afterEach(() => ground.close());

  /** `web` waits with its stage `rest`, which is everything but the canary, for `queue`, which is on the clusters of `env`. */
  async function applications(gate: GateInput, env = 'prod', queue: StrategyInput = { kind: 'ALL_AT_ONCE' }): Promise<void> {
    value(await ground.create('queue', anInput({ source: sourceOf('queue'), selector: { matchLabels: { env } }, strategy: queue })));
    await ground.application(twoStages({}, {}, { before: [gate] }));
  }
  async function commit(...names: readonly string[]): Promise<void> {
    for (const name of names) versions[name] = (versions[name] ?? 0) + 1;
    await ground.push({ 'apps/web/cm.yaml': `a: ${versions['web'] ?? 0}`, 'apps/queue/cm.yaml': `a: ${versions['queue'] ?? 0}` });
    await ground.plan();
  }
  async function queueAnswers(clusters: readonly string[], report: Parameters<StagedGround['answer']>[2] = {}): Promise<void> {
    for (const cluster of clusters) await ground.answer('queue', cluster, report);
    await ground.plan();
  }
  async function webRuns(): Promise<Readonly<Record<string, number>>> {
    const rows = await ground.rows<{ name: string; number: number | null }>(
      `SELECT c.name, r.number FROM targets t JOIN applications a ON a.id = t.application_id AND a.name = 'web' JOIN clusters c ON c.id = t.cluster_id LEFT JOIN releases r ON r.id = t.assigned_release_id ORDER BY c.name`,
    );
    return Object.fromEntries(rows.map((row) => [row.name, row.number ?? 0]));
  }
  /** What the planner's own rules say that web waits for. */
  async function hurdles(): Promise<readonly string[]> {
    const [row] = await ground.rows<{ id: string }>(`SELECT id FROM applications WHERE name = 'web'`);
    const [head] = await ground.tx.run(systemScope('test'), () => rolloutsAtWork(ground.tx, row?.id as never));
    const said = head === undefined ? [] : await new HurdleReadModel(ground.tx).of(ground.viewer, { id: head.id, phase: head.phase, waitsFor: undefined });
    return said.map((hurdle) => `${hurdle.kind}: ${hurdle.message}`);
  }

  /** What the API tells of the gate before `rest`, cluster by cluster. */
  async function checks(): Promise<readonly string[]> {
    const [row] = await ground.rows<{ id: string }>(`SELECT o.id FROM rollouts o JOIN applications a ON a.id = o.application_id AND a.name = 'web' ORDER BY o.number DESC LIMIT 1`);
    const [stages = []] = await new StageReadModel(ground.tx).stagesOf(ground.viewer, [row?.id ?? '']);
    return stages.flatMap((stage) => stage.gates.flatMap((gate) => gate.checks.map(({ cluster, verdict, message }) => `${cluster ?? '-'} ${verdict ?? 'open'}: ${message}`)));
  }

  it('waits until its newest release is well on the same clusters, and says where it is not', async () => {
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
    await applications(queueFirst());
    await commit('web', 'queue');
    await ground.answers(['c1']);
    expect(await webRuns()).toEqual({ c1: 1, c2: 0, c3: 0 });
    expect(await hurdles()).toEqual(['DEPENDENCE: Gate queue-first before stage rest waits for application queue to have its newest release, 0 of 2 have passed: that is release 1, and it is not healthy yet on c2, c3.']);
    await queueAnswers(['c2']);
    await queueAnswers(['c3'], { health: 'PROGRESSING', reason: 'PROGRESSING' });
    expect(await checks()).toEqual(['c3 open: queue has release 1 here and is at work; awaited is release 1', 'c2 PASSED: queue has release 1 here and is healthy; awaited is release 1']);
    expect(await webRuns()).toEqual({ c1: 1, c2: 0, c3: 0 });
    await queueAnswers(['c3']);
    expect(await webRuns()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('waits for a release that is named, and takes a later one', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await applications(queueFirst({ release: 2 }));
    await commit('web', 'queue');
    await ground.answers(['c1']);
    await queueAnswers(['c1', 'c2']);
    expect(await hurdles()).toEqual(['DEPENDENCE: Gate queue-first before stage rest waits for application queue to have release 2 or a later one: it has an older release on c2.']);
    await commit('queue');
    await commit('queue');
    await queueAnswers(['c1', 'c2']);
    expect(await webRuns()).toEqual({ c1: 1, c2: 1 });
  });

  it('does not take a release that goes back, nor one that is held behind', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await applications(queueFirst({ release: 2 }));
    await commit('queue');
    await queueAnswers(['c1', 'c2']);
    await commit('queue');
    await queueAnswers(['c1', 'c2']);
    const [queue] = await ground.rows<{ id: string }>(`SELECT id FROM applications WHERE name = 'queue'`);
    value(await ground.rollBack({ application: queue?.id } as never));
    await queueAnswers(['c1', 'c2']);
    await commit('web');
    await ground.answers(['c1']);
    expect(await hurdles()).toEqual(['DEPENDENCE: Gate queue-first before stage rest waits for application queue to have release 2 or a later one: it is held at an older release on c2.']);
    value(await ground.liftHold());
    await commit('queue');
    await queueAnswers(['c1', 'c2']);
    expect(await webRuns()).toEqual({ c1: 2, c2: 2 });
  });

  it('names the clusters on which the other is not, and goes on where a gate names clusters that have it', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.joined('hub-1', { env: 'central' });
    await ground.connection('hub-1', 'CONNECTED');
    await applications(queueFirst(), 'central');
    await commit('web', 'queue');
    await queueAnswers(['hub-1']);
    await ground.answers(['c1']);
    expect(await hurdles()).toEqual([expect.stringContaining('that is release 1, and it is not on c2; place it there')]);
    value(await ground.update('web', anInput({ strategy: twoStages({}, {}, { before: [queueFirst({ clusters: { matchLabels: { env: 'central' } } })] }) })));
    await commit('web');
    await ground.answers(['c1']);
    expect(await webRuns()).toEqual({ c1: 2, c2: 2 });
  });

  it('waits for an application that is not there, until its deadline, and then halts', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({}, {}, { before: [queueFirst({ deadline: 60_000 })] }));
    await commit('web');
    await ground.answers(['c1']);
    expect(await hurdles()).toEqual([expect.stringContaining('the project has no application queue')]);
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '61 seconds'`);
    await ground.plan();
    expect(await ground.rollouts()).toMatchObject([{ state: 'HALTED' }]);
  });

  it('is blind to an application of that name in another project', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({}, {}, { before: [queueFirst()] }));
    await commit('web');
    await ground.answers(['c1']);
    await ground.rows(`
      INSERT INTO projects (id, name) VALUES ('00000000-0000-7000-8000-0000000000b1', 'other');
      INSERT INTO repositories (project_id, id, name, url, poll_ms) SELECT '00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000b2', name, url, poll_ms FROM repositories;
      INSERT INTO applications (project_id, id, name, repository_id, state, current_revision_id, version)
        VALUES ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000b3', 'queue', '00000000-0000-7000-8000-0000000000b2', 'ACTIVE', '00000000-0000-7000-8000-0000000000b4', 1);
      INSERT INTO application_revisions (project_id, id, application_id, number, spec, digest, created_by)
        SELECT '00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000b4', '00000000-0000-7000-8000-0000000000b3', 1, spec, digest, created_by FROM application_revisions LIMIT 1`);
    expect(await hurdles()).toEqual([expect.stringContaining('the project has no application queue')]);
  });

  it('is told at once when the other has answered', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await applications(queueFirst());
    await commit('web', 'queue');
    await ground.answers(['c1']);
    const client = await ground.database.pool.connect();
    const heard: string[] = [];
    client.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await client.query('LISTEN application_changed');
    await ground.answer('queue', 'c2');
    await client.query('SELECT 1'); // what was sent before this has arrived
    client.release(true);
    const rows = await ground.rows<{ id: string; name: string }>('SELECT id, name FROM applications');
    expect(heard.map((id) => rows.find((row) => row.id === id)?.name).toSorted()).toEqual(['queue', 'web']);
  });

  describe('in a circle', () => {
    const circle = (...names: readonly string[]): object => ({ ok: false, error: { code: 'INVALID_APPLICATION', issues: [{ code: 'DEPENDENCY_CYCLE', path: ['spec', 'strategy'], message: `These applications would wait for each other: ${names.join(' -> ')}.` }] } });
    const waitsFor = (application: string): StrategyInput => twoStages({}, {}, { after: [{ name: 'other', rollout: { application } }] });

    it('is refused and the circle named, where one goes by dependsOn', async () => {
      value(await ground.create('queue', anInput({ source: sourceOf('queue'), dependsOn: ['web'] })));
      expect(await ground.create('web', anInput({ strategy: waitsFor('queue') }))).toMatchObject(circle('queue', 'web', 'queue'));
      expect(await ground.create('web', anInput({ strategy: waitsFor('web') }))).toMatchObject(circle('web', 'web'));
      value(await ground.create('web', anInput({ strategy: { kind: 'ALL_AT_ONCE' } })));
      expect(await ground.update('web', anInput({ strategy: waitsFor('queue') }))).toMatchObject(circle('queue', 'web', 'queue'));
    });

    it('is not made by two changes at once', async () => {
      value(await ground.create('queue', anInput({ source: sourceOf('queue') })));
      value(await ground.create('web', anInput()));
      const results = await Promise.all([
        ground.update('queue', anInput({ source: sourceOf('queue'), strategy: waitsFor('web') })), ground.update('web', anInput({ strategy: waitsFor('queue') })),
      ]);
      expect(results.map((result) => result.ok).toSorted()).toEqual([false, true]);
      expect(results.find((result) => !result.ok)).toMatchObject({ error: { code: 'INVALID_APPLICATION', issues: [{ code: 'DEPENDENCY_CYCLE' }] } });
    });
  });
});
