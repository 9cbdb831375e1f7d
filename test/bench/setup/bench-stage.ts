import type { GitRepositoryBuilder } from '#testing';
import { createHmac } from 'node:crypto';
import type { BenchOptions } from '../options.js';
import { StageBuilder } from '../../stage/stage-builder.js';
import type { StageHub } from '../../stage/start-hub.js';
import type { Child } from '../../stage/child.js';

const SECRET = 'a webhook secret of the benchmarks';

export interface BenchStage {
  readonly builder: StageBuilder;
  readonly root: string;
  readonly directory: string;
  readonly hub: StageHub;
  readonly repository: GitRepositoryBuilder;
  /** Hub and agents, whose last words are shown when something does not come to its end. */
  readonly programs: Child[];
  /** Tells the hub of a push. Answers when it has said that it heard. */
  tellOfPush(): Promise<void>;
}

/** A hub with its own PostgreSQL (settings as in production), and a repository that is polled once a day, so that only webhooks count. */
export async function withBenchStage<T>({ root }: BenchOptions, use: (stage: BenchStage) => Promise<T>): Promise<T> {
  const builder = new StageBuilder(root, 'bench');
  const stop = (): void => void builder.clear().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const programs: Child[] = [];
  try {
    const directory = await builder.directory();
    const { fleet: repository } = await builder.git();
    const hub = await builder.hub(directory);
    programs.push(hub.child);
    await repository.commit({ 'README.md': 'a repository for benchmarks\n' }, 'first');
    const input = { project: 'default', name: 'fleet', url: repository.url, poll: '24h', webhookSecret: SECRET };
    const created = await hub.api.mutate<{ readonly repository: { readonly webhookUrls: { readonly github: string } } }>('createRepository', input, 'repository { webhookUrls { github } }');
    const webhook = new URL(created.repository.webhookUrls.github, hub.api.url).href;
    return await use({ builder, root, directory, hub, repository, programs, tellOfPush: () => tellOfPush(webhook) });
  } catch (error) {
    const words = await Promise.all(programs.map((program) => program.lastWords()));
    throw new Error([error instanceof Error ? error.message : String(error), ...words].join('\n'), { cause: error });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await builder.clear();
  }
}

async function tellOfPush(webhook: string): Promise<void> {
  const body = JSON.stringify({ ref: 'refs/heads/main' });
  const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  const response = await fetch(webhook, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-hub-signature-256': signature } });
  if (response.status !== 202) throw new Error(`the webhook was answered with ${response.status}`);
  await response.arrayBuffer();
}
