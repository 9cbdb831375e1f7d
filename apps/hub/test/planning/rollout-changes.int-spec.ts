import { silentLog } from '#kernel';
import { systemRandom, systemTimers } from '#runtime';
import { applicationId } from '#domain';
import { until } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RolloutChanges } from '../../src/features/rollouts/rollout-changes.js';
import { RolloutReadModel } from '../../src/features/rollouts/index.js';
import { StageReadModel } from '../../src/features/rollouts/stages.read-model.js';
import { CHANNELS, Notifications } from '../../src/platform/database/index.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

let ground: StagedGround;
let feed: Notifications;
let changes: RolloutChanges;
let stages: StageReadModel;
beforeAll(async () => {
  ground = await stagedGround();
  feed = new Notifications(ground.database.url, systemTimers, systemRandom, silentLog);
  await feed.start();
  changes = new RolloutChanges(feed, new RolloutReadModel(ground.tx), systemTimers);
  stages = new StageReadModel(ground.tx);
  await ground.fleet('canary-1 tier=canary', 'eu-1', 'eu-2');
}, 60_000);
afterAll(async () => {
  await feed?.stop();
  await ground?.close();
});

/** Every event of a stream, as it comes. */
function hear<T>(stream: AsyncIterableIterator<T>): { readonly heard: T[]; readonly ended: Promise<void> } {
  const heard: T[] = [];
  const ended = (async () => {
    for await (const one of stream) heard.push(one);
  })();
  return { heard, ended };
}

describe('a rollout as it changes', () => {
  it('is told as it is, step by step with the counts of its stages, and to its end', async () => {
    await ground.application(twoStages({}, {}, { before: [{ name: 'go', approval: {} }] }));
    await ground.release();
    const id = await ground.newest();
    const { heard, ended } = hear(changes.stream(ground.viewer, { rollout: id }, async (view) => {
      const [all] = await stages.stagesOf(ground.viewer, [view.id]);
      return `${view.phase} ${(all ?? []).map((stage) => `${stage.name}:${stage.state}:${stage.counts.healthy}${stage.gates.map((gate) => `:${gate.state}`).join('')}`).join(' ')}`;
    }));
    let last = '';
    const untilLast = (text: string): Promise<true> => until(`it tells "${text}"`, 10_000, async () => ((last = (await heard.at(-1)) ?? '') === text ? true : undefined), () => last);
    await untilLast('RUNNING canary:OPEN:0 rest:PENDING:0:PENDING');
    await ground.answers(['canary-1']);
    await untilLast('RUNNING canary:CLOSED:1 rest:PENDING:0:WAITING');
    await ground.approveAs('00000000-0000-7000-8000-00000000000a', 'rest', 'go');
    await ground.plan();
    await ground.tell('PAUSE');
    await untilLast('PAUSED canary:CLOSED:1 rest:OPEN:0:PASSED');
    await ground.tell('RESUME');
    await ground.answers(['eu-1', 'eu-2']);
    await ended;
    expect(await heard.at(-1)).toBe('SUCCEEDED canary:CLOSED:1 rest:CLOSED:2:PASSED');
  });

  it('is told once, with its end, to who comes when it is over', async () => {
    const { heard, ended } = hear(changes.stream(ground.viewer, { rollout: await ground.newest() }, (view) => view.phase));
    await ended;
    expect(heard).toEqual(['SUCCEEDED']);
  });

  it('is told of an application from the newest on, of the one that gives way too, and of no other application', async () => {
    const [row] = await ground.rows<{ id: string }>(`SELECT id FROM applications WHERE name = 'web'`);
    const stream = changes.stream(ground.viewer, { application: applicationId(row?.id ?? '') }, (view) => `${view.number} ${view.phase}`);
    const { heard, ended } = hear(stream);
    await until('it is told as it is', 10_000, () => Promise.resolve(heard.length > 0 ? true : undefined));
    await ground.release();
    await ground.release();
    await until('both are told', 10_000, () => Promise.resolve(heard.includes('2 SUPERSEDED') && heard.includes('3 RUNNING') ? true : undefined), () => heard.join());
    expect(heard[0]).toBe('1 SUCCEEDED');
    await stream.return?.();
    await ended;
  });

  it('is told a few times of a burst, the last state always', async () => {
    const id = await ground.newest();
    const { heard, ended } = hear(changes.stream(ground.viewer, { rollout: id }, (view) => view.reason ?? ''));
    for (let n = 0; n < 200; n += 1) await ground.rows(`WITH told AS (UPDATE rollouts SET reason = $2 WHERE id = $1 RETURNING id) SELECT pg_notify('${CHANNELS.rolloutChanged}', id::text) FROM told`, [id, String(n)]);
    await until('the last is told', 10_000, () => Promise.resolve(heard.includes('199') ? true : undefined));
    expect(heard.length).toBeLessThan(100);
    await ground.tell('ABORT');
    await ended;
  });

  it('looks up a rollout of another application once, however often that moves', async () => {
    const model = new RolloutReadModel(ground.tx);
    const asked: string[] = [];
    const counting = {
      newestOf: model.newestOf.bind(model),
      findByIds: (...args: Parameters<RolloutReadModel['findByIds']>): ReturnType<RolloutReadModel['findByIds']> => {
        asked.push(...args[1]);
        return model.findByIds(...args);
      },
    };
    const listeners = new Set<(id: string) => void>();
    const handFeed = { listen: (_channel: string, listener: (id: string) => void) => (listeners.add(listener), () => void listeners.delete(listener)), onReconnect: () => () => undefined };
    const own = await ground.newest();
    const stream = new RolloutChanges(handFeed, counting, systemTimers).stream(ground.viewer, { application: applicationId('00000000-0000-7000-8000-0000000000ff') }, (view) => view.id);
    const { ended } = hear(stream);
    for (let step = 0; step < 5; step += 1) {
      for (const listener of listeners) listener(own);
      await new Promise((resolve) => setImmediate(resolve));
      await until('the step was looked at', 5_000, async () => (asked.length > 0 ? true : undefined));
      await ground.rows('SELECT 1');
    }
    await stream.return?.();
    await ended;
    expect(asked).toEqual([own]);
  });
});
