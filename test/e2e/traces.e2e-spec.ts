import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandboxCluster } from '#sandbox';
import { until, type GitRepositoryBuilder } from '#testing';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adminClient, joinCluster } from '../stage/join-cluster.js';
import { StageBuilder } from '../stage/stage-builder.js';
import type { StageHub } from '../stage/start-hub.js';
import { configMap } from './stage/content.js';
import { TraceCollector, type CollectedSpan } from './stage/trace-collector.js';

const ROOT = join(import.meta.dirname, '..', '..');
const SECRET = 'a webhook secret of the test';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SENDER = '00f067aa0ba902b7';
const NAMES = ['webhook', 'release', 'rollout', 'stage canary', 'assign', 'apply'];

describe('one trace from a webhook to the apply', () => {
  const builder = new StageBuilder(ROOT, 'traces');
  let collector: TraceCollector;
  let hub: StageHub;
  let fleet: GitRepositoryBuilder;
  let webhook: string;
  let directory: string;

  beforeAll(async () => {
    directory = await builder.directory();
    collector = await TraceCollector.start();
    builder.adopt(() => collector.stop());
    ({ fleet } = await builder.git());
    hub = await builder.hub(directory, { CAPSTAN_OTLP_ENDPOINT: collector.url });
    const cluster = await startSandboxCluster({ name: 'eu', simulator: { readyAfterMs: 0 } });
    builder.adopt(() => cluster.stop());
    const admin = adminClient(cluster);
    builder.adopt(async () => admin.close());
    const agent = await joinCluster({ name: 'eu', labels: { tier: 'canary' }, cluster, admin, hub, directory, root: ROOT, settings: { CAPSTAN_OTLP_ENDPOINT: collector.url } });
    builder.adopt(() => agent.stop());
    const made = await hub.api.mutate<{ repository: { webhookUrls: { github: string } } }>('createRepository', { name: 'fleet', url: fleet.url, poll: '24h', webhookSecret: SECRET }, 'repository { webhookUrls { github } }');
    webhook = new URL(made.repository.webhookUrls.github, hub.api.url).href;
    await fleet.commit({ 'app/config.yaml': configMap('settings', { revision: '1' }) }, 'one');
    const strategy = { kind: 'STAGED', stages: [{ name: 'canary', selector: { all: true } }] };
    await hub.api.mutate('createApplication', { name: 'web', spec: { source: { repository: 'fleet', ref: 'main', path: 'app' }, namespace: 'web', selector: { all: true }, strategy } });
    await untilRollout(1);
  }, 240_000);
  afterAll(() => builder.clear(), 60_000);

  /** Until the rollout of that number is done. */
  async function untilRollout(number: number): Promise<void> {
    let last: unknown;
    await until(`rollout ${number} is done`, 90_000, async () => {
      const { rollouts } = await hub.api.query<{ rollouts: { edges: { node: { number: number; state: string } }[] } }>('{ rollouts(application: "web", first: 5) { edges { node { number state } } } }');
      last = rollouts.edges.map(({ node }) => node);
      return rollouts.edges.some(({ node }) => node.number === number && node.state === 'SUCCEEDED') ? true : undefined;
    }, () => JSON.stringify(last));
  }

  async function push(revision: number, headers: Readonly<Record<string, string>>): Promise<string> {
    const commit = await fleet.commit({ 'app/config.yaml': configMap('settings', { revision: String(revision) }) }, `revision ${revision}`);
    const body = JSON.stringify({ ref: 'refs/heads/main', after: commit });
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    const sent = await fetch(webhook, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${signature}`, ...headers } });
    expect(sent.status).toBe(202);
    await untilRollout(revision);
    return commit;
  }

  const spansOf = (commit: string): readonly CollectedSpan[] => {
    const traces = new Set(collector.spans.filter(({ attributes }) => attributes['capstan.commit'] === commit).map(({ traceId }) => traceId));
    return collector.spans.filter(({ traceId }) => traces.has(traceId));
  };

  async function untilTraced(commit: string, names: readonly string[]): Promise<ReadonlyMap<string, CollectedSpan>> {
    await until(`the spans of ${commit}`, 30_000, () => (names.every((name) => spansOf(commit).some((span) => span.name === name)) ? true : undefined), () => JSON.stringify(collector.spans.map(({ name }) => name)));
    const spans = spansOf(commit);
    expect(spans.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    return new Map(spans.map((span) => [span.name, span]));
  }

  function expectChain(spans: ReadonlyMap<string, CollectedSpan>, names: readonly string[]): void {
    for (const [index, name] of names.entries()) if (index > 0) expect([name, spans.get(name)?.parentSpanId]).toEqual([name, spans.get(names[index - 1] ?? '')?.spanId]);
    for (const { nanos } of spans.values()) expect(nanos.end >= nanos.start).toBe(true);
  }

  it('continues the trace of the webhook, each span under the one before', async () => {
    const commit = await push(2, { traceparent: `00-${TRACE}-${SENDER}-01` });
    const spans = await untilTraced(commit, NAMES);
    expectChain(spans, NAMES);
    expect(spans.get('webhook')).toMatchObject({ traceId: TRACE, parentSpanId: SENDER, service: 'capstan-hub' });
    expect(spans.get('assign')?.attributes).toMatchObject({ 'capstan.application': 'default/web', 'capstan.release': '2', 'capstan.stage': 'canary', 'capstan.cluster': 'eu', 'capstan.commit': commit });
    expect(spans.get('apply')).toMatchObject({ traceId: TRACE, service: 'capstan-agent', attributes: { 'capstan.application': 'default/web', 'capstan.commit': commit, 'capstan.sync': 'SYNCED' } });
    const log = (await readFile(join(directory, 'eu.agent.log'), 'utf8')).split('\n').filter((line) => line.includes(TRACE));
    expect(log.some((line) => line.includes('an order was taken'))).toBe(true);
    expect(log.some((line) => line.includes('the order came to its end'))).toBe(true);
    expect(collector.bodies.join('\n')).not.toContain(SECRET);
  }, 120_000);

  it('begins a trace where the webhook brings none that reads, and where a look found the commit by itself', async () => {
    const spans = await untilTraced(await push(3, { traceparent: 'not a trace' }), NAMES);
    expectChain(spans, NAMES);
    expect(spans.get('webhook')?.parentSpanId).toBeUndefined();
    expect(spans.get('webhook')?.traceId).not.toBe(TRACE);
    const [poll] = collector.spans.filter(({ name }) => name === 'poll');
    expectChain(await untilTraced(poll?.attributes['capstan.commit'] ?? '', ['poll', ...NAMES.slice(1)]), ['poll', ...NAMES.slice(1)]);
  }, 120_000);

  it('changes nothing of the work when the collector fails', async () => {
    collector.status = 503;
    await push(4, {});
    await collector.stop();
    await push(5, {});
  }, 120_000);
});
