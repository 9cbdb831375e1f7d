import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog, type Timers } from '#kernel';
import { systemRandom, systemTimers } from '#runtime';
import { aDatabase, until, type TestDatabase } from '#testing';
import type { FaultProxy } from '../../../../../test/faults/proxy/fault-proxy.js';
import { aWayToPostgres } from '../../../test/a-way-to-postgres.js';
import { CHANNELS } from './channels.js';
import { Notifications } from './notifications.js';

/** Ten times as fast as the real ones. */
const hasty: Timers = { sleep: (ms, signal) => systemTimers.sleep(ms / 10, signal), after: (ms, fn) => systemTimers.after(ms / 10, fn) };

/** Found by fault schedule 1000 with two replicas: a listener that was cut without a word heard nothing of any change, and nobody knew. */
describe('a listener whose connection is half open', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let notifications: Notifications;
  beforeAll(async () => {
    database = await aDatabase();
    const way = await aWayToPostgres(database.url);
    proxy = way.proxy;
    notifications = new Notifications(way.url, hasty, systemRandom, silentLog);
    await notifications.start();
  }, 60_000);
  afterAll(async () => {
    proxy.begin({ how: 'cut' });
    await proxy.stop();
    await database.drop();
  });

  it.each(['requests', 'answers'] as const)('is found and replaced, what was missed is read again, and it hears again (lost: %s)', async (lost) => {
    let rereads = 0;
    const forget = notifications.onReconnect(() => (rereads += 1));
    const heard: string[] = [];
    const leave = notifications.listen(CHANNELS.clusterChanged, (payload) => heard.push(payload));
    proxy.begin({ how: 'half-open', lost });
    await until('the break is found', 15_000, () => (notifications.isConnected ? undefined : true));
    proxy.clear();
    await until('a reread', 15_000, () => (rereads > 0 ? true : undefined));
    expect(notifications.isConnected).toBe(true);
    await database.pool.query(`SELECT pg_notify('${CHANNELS.clusterChanged}', 'after')`);
    await until('the notification', 10_000, () => (heard.includes('after') ? true : undefined));
    forget();
    leave();
  }, 60_000);

  it('stops although nobody closes the other end', async () => {
    proxy.begin({ how: 'blackhole' });
    await expect(Promise.race([notifications.stop().then(() => 'stopped'), systemTimers.sleep(30_000).then(() => 'stands still')])).resolves.toBe('stopped');
  }, 120_000);
});
