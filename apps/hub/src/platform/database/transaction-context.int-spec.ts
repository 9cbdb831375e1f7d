import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { projectId } from '#domain';
import { systemRandom, systemTimers } from '#runtime';
import { aDatabase, countingIds, seededRandom, until, type TestDatabase } from '#testing';
import type { DataSource } from 'typeorm';
import { CHANNELS } from './channels.js';
import { openDataSource } from './data-source.js';
import { isDatabaseAway } from './database-away.js';
import { holderWith, LeaseLost, Leases } from './leases.js';
import { Notifications } from './notifications.js';
import { Outbox } from './outbox.js';
import { createPartitions } from './partitions.js';
import { systemScope } from './scope.js';
import { TransactionContext } from './transaction-context.js';

describe('on a database', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tx: TransactionContext;
  let notifications: Notifications;
  const SCOPE = systemScope('test');

  beforeAll(async () => {
    database = await aDatabase();
    dataSource = await openDataSource({ url: database.url, entities: [], poolSize: 6, applicationName: 'test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog });
    tx = new TransactionContext(dataSource, systemTimers, seededRandom());
    notifications = new Notifications(database.url, systemTimers, systemRandom, silentLog);
    await notifications.start();
  }, 60_000);
  afterAll(async () => {
    await notifications.stop();
    await dataSource.destroy();
    await database.drop();
  });

  const addProject = (name: string): Promise<number> => tx.execute('INSERT INTO projects (id, name) VALUES (gen_random_uuid(), $1)', [name]);
  const projects = async (): Promise<string[]> => (await database.pool.query<{ name: string }>('SELECT name FROM projects ORDER BY name')).rows.map((row) => row.name);

  describe('TransactionContext', () => {
    it('carries actor and project as local settings, and leaves none behind', async () => {
      const project = projectId('00000000-0000-7000-8000-00000000000a');
      const other = projectId('00000000-0000-7000-8000-00000000000b');
      const read = async (): Promise<unknown> => (await tx.query(`SELECT current_setting('capstan.project_id', true) AS project, current_setting('capstan.principal_id', true) AS principal`))[0];
      await tx.run(systemScope('test', project), async () => {
        expect(await read()).toEqual({ project, principal: 'system:test' });
        await tx.run(systemScope('test', other), async () => expect(await read()).toEqual({ project: other, principal: 'system:test' }));
        expect(await read()).toEqual({ project, principal: 'system:test' });
      });
      await tx.run(SCOPE, async () => expect(await read()).toEqual({ project: '', principal: 'system:test' }));
    });

    it('commits joined work together or not at all', async () => {
      await expect(tx.run(SCOPE, async () => {
        await addProject('outer');
        await tx.run(SCOPE, () => addProject('inner'));
        throw new Error('no');
      })).rejects.toThrow('no');
      expect(await projects()).toEqual([]);
    });

    it('refuses to join a transaction of another actor, and to work outside of one', async () => {
      await expect(tx.run(SCOPE, () => tx.run(systemScope('other'), () => Promise.resolve()))).rejects.toThrow('cannot join');
      await expect(tx.query('SELECT 1')).rejects.toThrow('no transaction is open');
    });

    it('undoes a savepoint with its notifications and its work after the commit', async () => {
      const ran: string[] = [];
      const heard: string[] = [];
      const stop = notifications.listen(CHANNELS.targetChanged, (payload) => heard.push(payload));
      await tx.run(SCOPE, async () => {
        await addProject('kept');
        tx.notify(CHANNELS.targetChanged, 'kept');
        tx.notify(CHANNELS.targetChanged, 'kept');
        await tx.savepoint(async () => {
          await addProject('undone');
          tx.notify(CHANNELS.targetChanged, 'undone');
          tx.afterCommit(() => void ran.push('undone'));
          return { keep: false, value: undefined };
        });
        tx.afterCommit(() => void ran.push('kept'));
        tx.notify(CHANNELS.targetChanged, 'last');
      });
      while (!heard.includes('last')) await systemTimers.sleep(5);
      stop();
      expect({ ran, heard, projects: await projects() }).toEqual({ ran: ['kept'], heard: ['kept', 'last'], projects: ['kept'] });
    });

    it('tells of a connection that was lost under a savepoint as such, though nothing can be undone on it (fault seed 5097)', async () => {
      const lost = tx.run(SCOPE, () =>
        tx.savepoint(async () => {
          await addProject('lost');
          const [error] = await Promise.allSettled([tx.query('SELECT pg_terminate_backend(pg_backend_pid())')]);
          await systemTimers.sleep(100); // until the pool has noticed and taken the connection away
          throw error.status === 'rejected' ? error.reason : new Error('the connection lives');
        }),
      );
      expect(isDatabaseAway(await lost.catch((error: unknown) => error))).toBe(true);
    });

    it('runs the work again after a deadlock', async () => {
      await tx.run(SCOPE, () => addProject('second'));
      let attempts = 0;
      let holders = 0;
      const bothHold = Promise.withResolvers<void>();
      const lock = (first: string, then: string): Promise<void> => tx.run(SCOPE, async () => {
        attempts += 1;
        await tx.query(`SET LOCAL lock_timeout = '60s'`); // PostgreSQL looks for deadlocks after a second, and the machine may be busy
        await tx.query(`SET LOCAL statement_timeout = '60s'`);
        await tx.query(`SET LOCAL idle_in_transaction_session_timeout = '60s'`);
        await tx.query('SELECT 1 FROM projects WHERE name = $1 FOR UPDATE', [first]);
        holders += 1;
        if (holders === 2) bothHold.resolve();
        await bothHold.promise;
        await tx.query('SELECT 1 FROM projects WHERE name = $1 FOR UPDATE', [then]);
      });
      await Promise.all([lock('kept', 'second'), lock('second', 'kept')]);
      expect(attempts).toBe(3);
    }, 60_000);
  });

  it('Notifications come back after their connection was cut, and say that a reread is due', async () => {
    let rereads = 0;
    notifications.onReconnect(() => (rereads += 1));
    // By the application itself: the owner of the tables may not end what another role has begun.
    const cut = await dataSource.query<object[]>(`SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE application_name = 'capstan-listen' AND datname = current_database()`);
    expect(cut).toEqual([{ ended: true }]);
    await until('the reread', 10_000, () => (rereads > 0 ? true : undefined));
    const heard: string[] = [];
    notifications.listen(CHANNELS.clusterChanged, (payload) => heard.push(payload));
    await tx.run(SCOPE, () => Promise.resolve(tx.notify(CHANNELS.clusterChanged, 'after')));
    while (heard.length === 0) await systemTimers.sleep(5);
    expect(heard).toEqual(['after']);
  });

  it('Leases have one holder, and an epoch that fences the earlier one', async () => {
    const leases = new Leases(tx);
    const [a, b] = await Promise.all([leases.acquire('planner', 'a', 60_000), leases.acquire('planner', 'b', 60_000)]);
    const winner = a ?? b;
    const loser = a === undefined ? 'a' : 'b';
    expect([a, b].filter((lease) => lease !== undefined)).toHaveLength(1);
    if (winner === undefined) throw new Error('nobody won');
    expect(await leases.acquire('planner', winner.holder, 60_000)).toEqual(winner);
    await database.pool.query(`UPDATE leases SET expires_at = now() - interval '1 second'`);
    const next = await leases.acquire('planner', loser, 60_000);
    expect(next).toMatchObject({ holder: loser, epoch: winner.epoch + 1n });
    expect(await leases.renew(winner, 60_000)).toBe(false);
    await expect(tx.run(SCOPE, () => leases.assertHeld(winner))).rejects.toBeInstanceOf(LeaseLost);
    if (next === undefined) throw new Error('the lease was not taken over');
    await tx.run(SCOPE, () => leases.assertHeld(next));
    await leases.release(next);
    expect(await leases.acquire('planner', winner.holder, 60_000)).toMatchObject({ epoch: next.epoch + 1n });
  });

  it('Leases tell since when they are held, and for how long nobody has held them', async () => {
    const leases = new Leases(tx);
    const take = async (holder: string): Promise<{ readonly age: number; readonly idle: number }> => {
      if ((await leases.acquire('told', holder, 60_000)) === undefined) throw new Error('somebody else holds it');
      const { rows: [row] } = await database.pool.query<{ age: number; idle: number }>(`SELECT extract(epoch FROM clock_timestamp() - since)::float8 AS age, idle_ms::float8 / 1000 AS idle FROM leases WHERE name = 'told'`);
      return row ?? { age: -1, idle: -1 };
    };
    const GONE = (n: number): string => `r${n}/999999@${n}`;
    await take(GONE(1));
    await database.pool.query(`UPDATE leases SET since = since - interval '40 seconds' WHERE name = 'told'`);
    const [flap, again] = [await take(GONE(2)), await take(GONE(3))];
    expect([flap.age, again.age].map((age) => age >= 40)).toEqual([true, true]);
    expect([flap.idle, again.idle]).toEqual([0, 0]);
    await database.pool.query(`UPDATE leases SET since = since - interval '30 seconds' WHERE name = 'told'`);
    expect((await take(GONE(4))).age).toBeLessThan(30); // the minute is over
    await database.pool.query(`UPDATE leases SET since = since - interval '30 seconds', expires_at = clock_timestamp() - interval '100 seconds' WHERE name = 'told'`);
    const restarted = await take('r5');
    expect([restarted.age < 30, restarted.idle >= 100 && restarted.idle < 130]).toEqual([true, true]);
    expect((await take('r5')).idle).toBe(restarted.idle);
  });

  it('Leases of a holder that was killed are free at once, since its session has ended; of one that named none, when their time is up', async () => {
    const leases = new Leases(tx);
    const dying = new Notifications(database.url, systemTimers, systemRandom, silentLog);
    await dying.start();
    const mine = holderWith('dying', dying.session);
    expect(mine).toMatch(/^dying\/\d+@\d{16}$/);
    const held = await leases.acquire('killed', mine, 60_000);
    expect(await leases.acquire('killed', 'heir', 60_000)).toBeUndefined();
    await dying.stop();
    expect(holderWith('dying', dying.session)).toBe('dying');
    const taken = await until('the session is gone, and the lease free', 5_000, () => leases.acquire('killed', 'heir', 60_000));
    expect(taken.epoch).toBe((held?.epoch ?? 0n) + 1n);
    expect(await leases.acquire('killed', 'third', 60_000)).toBeUndefined();
    await leases.release(taken);
  });

  it('createPartitions makes those of three months, once', async () => {
    await Promise.all([createPartitions(dataSource), createPartitions(dataSource)]);
    const { rows } = await database.pool.query(`SELECT count(*)::int AS n FROM pg_class WHERE relispartition AND relkind = 'r' AND relname ~ '^(audit_log|target_transitions)_[0-9]{6}$'`);
    expect(rows).toEqual([{ n: 6 }]);
    await expect(dataSource.query(`SELECT capstan_create_partition('projects', now()::date)`)).rejects.toThrow('not a partitioned table');
  });

  it('Outbox rows commit with the change', async () => {
    const outbox = new Outbox(tx, countingIds());
    await expect(tx.run(SCOPE, async () => {
      await outbox.append({ kind: 'lost', payload: {} });
      throw new Error('no');
    })).rejects.toThrow('no');
    await tx.run(SCOPE, () => outbox.append({ kind: 'kept', payload: { a: 1 } }));
    expect((await database.pool.query('SELECT kind, payload FROM outbox')).rows).toEqual([{ kind: 'kept', payload: { a: 1 } }]);
  });
});
