import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog, type Timers } from '#kernel';
import { systemRandom, systemTimers } from '#runtime';
import { aDatabase, type TestDatabase } from '#testing';
import { aWayToPostgres } from '../../test/a-way-to-postgres.js';
import type { FaultProxy } from '../../../../test/faults/proxy/fault-proxy.js';
import { readHubConfig } from './config.js';
import { openDatabase } from './open-database.js';

/** Found by fault schedule 1000 with two replicas: a replica that was started again while its connections were cut ended, where it should have waited. */
describe('a hub that starts while PostgreSQL cannot be reached', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let url: string;
  let ownerUrl: string;
  beforeAll(async () => {
    database = await aDatabase();
    ({ proxy, url } = await aWayToPostgres(database.url));
    ownerUrl = Object.assign(new URL(database.ownerUrl), { host: new URL(url).host }).href;
  }, 60_000);
  afterAll(async () => {
    await proxy.stop();
    await database.drop();
  });

  /** The weather clears when the hub waits for the second time. */
  async function open(urls: { readonly app: string; readonly owner: string }): Promise<number> {
    let waits = 0;
    const timers: Timers = {
      after: (ms, fn) => systemTimers.after(ms, fn),
      sleep() {
        waits += 1;
        if (waits === 2) proxy.clear();
        return Promise.resolve();
      },
    };
    const config = readHubConfig({ DATABASE_URL: urls.app, CAPSTAN_MIGRATE_DATABASE_URL: urls.owner, CAPSTAN_MASTER_KEY_FILE: '/nonexistent', CAPSTAN_SIGNING_KEY_FILE: '/nonexistent' });
    const opened = await openDatabase(config, [], { timers, random: systemRandom, log: silentLog });
    try {
      expect(await opened.dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await opened.close();
    }
    return waits;
  }

  it.each([
    ['refused', { how: 'refuse' }],
    ['cut in the middle of the greeting', { how: 'cut-mid-frame', afterBytes: 10 }],
    ['cut in the middle of later answers', { how: 'cut-mid-frame', afterBytes: 900 }],
  ] as const)('waits for it, before migrating and after: %s', async (_name, fault) => {
    proxy.begin(fault);
    expect(await open({ app: database.url, owner: ownerUrl })).toBe(2);
    proxy.begin(fault);
    expect(await open({ app: url, owner: database.ownerUrl })).toBe(2);
  }, 60_000);
});
