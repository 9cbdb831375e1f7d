import { backoffMs, type Random, type Timers } from '#kernel';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager, QueryResult, QueryRunner } from 'typeorm';
import type { Channel } from './channels.js';
import type { Scope } from './scope.js';

interface OpenTransaction {
  readonly runner: QueryRunner;
  scope: Scope;
  savepoints: number;
  notifications: Map<string, { readonly channel: Channel; readonly payload: string }>;
  afterCommit: (() => void | Promise<void>)[];
}

/** Kept work of a savepoint, or the reason to undo it. */
export interface SavepointResult<T> {
  readonly keep: boolean;
  readonly value: T;
}

const MAX_ATTEMPTS = 4;
const RETRY_POLICY = { baseMs: 20, maxMs: 500 };
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const CONNECTION_FAILURE = '08006';
/** What the driver says of a lost connection, without any code. */
const CONNECTION_LOST = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/**
 * The one door to the database. `run` opens a transaction that carries actor and project as local settings of PostgreSQL
 * (for row-level security) and in async context, so that repositories take no handle and none can be used outside.
 */
export class TransactionContext {
  readonly #open = new AsyncLocalStorage<OpenTransaction>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly timers: Timers,
    private readonly random: Random,
  ) {}

  /**
   * Runs `work` in one transaction and commits when it resolves. Inside an open transaction of the same actor it joins that one.
   * After a serialisation failure or a deadlock the whole work is run again, four times at most: it must be repeatable, with
   * effects outside the database only in `afterCommit`.
   * @throws Error when an open transaction belongs to another actor.
   */
  async run<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
    const open = this.#open.getStore();
    if (open !== undefined) return this.#join(open, scope, work);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(scope, work);
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw error;
        await this.timers.sleep(backoffMs(RETRY_POLICY, attempt, this.random));
      }
    }
  }

  /** True inside `run`. */
  get isOpen(): boolean {
    return this.#open.getStore() !== undefined;
  }

  get manager(): EntityManager {
    return this.#current().runner.manager;
  }

  get scope(): Scope {
    return this.#current().scope;
  }

  /** Rows of one statement. `Row` states what the statement selects; the caller parses what it does not trust. */
  async query<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.#statement(sql, parameters);
    return result.records as Row[];
  }

  /** Number of rows that a statement changed. */
  async execute(sql: string, parameters: readonly unknown[] = []): Promise<number> {
    const result = await this.#statement(sql, parameters);
    if (typeof result.affected !== 'number') throw new Error('the statement did not say how many rows it changed');
    return result.affected;
  }

  /** Database time at the start of the transaction: the same for every statement of it, on every replica. */
  async now(): Promise<Date> {
    const [row] = await this.query<{ now: Date }>('SELECT now() AS now');
    if (row === undefined) throw new Error('the database did not say the time');
    return row.now;
  }

  /** Calls `fn` once the transaction is durable; never after a rollback. A failure of `fn` reaches the caller of `run` with the work committed. */
  afterCommit(fn: () => void | Promise<void>): void {
    this.#current().afterCommit.push(fn);
  }

  /** Sends a notification with the commit, once per channel and payload. */
  notify(channel: Channel, payload: string): void {
    this.#current().notifications.set(`${channel}:${payload}`, { channel, payload });
  }

  /** Runs `work` under a savepoint and undoes it, notifications included, when it says so or throws. */
  async savepoint<T>(work: () => Promise<SavepointResult<T>>): Promise<T> {
    const open = this.#current();
    open.savepoints += 1;
    const name = `sp_${open.savepoints}`;
    const notifications = new Map(open.notifications);
    const afterCommit = [...open.afterCommit];
    await this.query(`SAVEPOINT ${name}`);
    const undo = async (): Promise<void> => {
      await this.query(`ROLLBACK TO SAVEPOINT ${name}`);
      open.notifications = notifications;
      open.afterCommit = afterCommit;
    };
    let result: SavepointResult<T>;
    try {
      result = await work();
    } catch (error) {
      await undo().catch(() => undefined); // on a lost connection; the first error says more
      throw error;
    }
    if (result.keep) await this.query(`RELEASE SAVEPOINT ${name}`);
    else await undo();
    return result.value;
  }

  async #attempt<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const open: OpenTransaction = { runner, scope, savepoints: 0, notifications: new Map(), afterCommit: [] };
    let value: T;
    try {
      await runner.connect();
      await runner.startTransaction();
      await runner.query(SET_LOCALS, [...localsOf(scope)]);
      value = await this.#open.run(open, work);
      for (const { channel, payload } of open.notifications.values()) await runner.query('SELECT pg_notify($1, $2)', [channel, payload]);
      await runner.commitTransaction();
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined); // the first error says more
      throw error;
    } finally {
      await runner.release();
    }
    for (const fn of open.afterCommit) await this.#open.exit(fn);
    return value;
  }

  async #join<T>(open: OpenTransaction, scope: Scope, work: () => Promise<T>): Promise<T> {
    if (actorOf(open.scope) !== actorOf(scope)) {
      throw new Error(`a transaction of ${actorOf(open.scope)} is open; ${actorOf(scope)} cannot join it`);
    }
    const outer = open.scope;
    if (scope.projectId === undefined || scope.projectId === outer.projectId) return work();
    const setProject = async (projectId: string): Promise<unknown> => this.query(`SELECT set_config('capstan.project_id', $1, true)`, [projectId]);
    await setProject(scope.projectId);
    open.scope = scope;
    const value = await work(); // on a failure the whole transaction is lost, settings included
    open.scope = outer;
    await setProject(outer.projectId ?? '');
    return value;
  }

  #statement(sql: string, parameters: readonly unknown[]): Promise<QueryResult> {
    return this.#current().runner.query(sql, [...parameters], true);
  }

  #current(): OpenTransaction {
    const open = this.#open.getStore();
    if (open === undefined) throw new Error('no transaction is open: wrap the work in TransactionContext.run');
    return open;
  }
}

const SET_LOCALS = `SELECT set_config('capstan.project_id', $1, true), set_config('capstan.principal_id', $2, true), set_config('capstan.request_id', $3, true)`;

function localsOf(scope: Scope): readonly [string, string, string] {
  const project = scope.projectId ?? '';
  return scope.kind === 'viewer' ? [project, scope.viewer.principalId, scope.requestId] : [project, `system:${scope.controller}`, ''];
}

function actorOf(scope: Scope): string {
  return scope.kind === 'viewer' ? `principal ${scope.viewer.principalId}` : `controller ${scope.controller}`;
}

function isRetryable(error: unknown): boolean {
  const code = sqlState(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}

/** SQLSTATE of a failed statement, a code of the system such as ECONNRESET, or undefined when the failure has nothing to do with PostgreSQL. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('message' in error && typeof error.message === 'string' && CONNECTION_LOST.test(error.message)) return CONNECTION_FAILURE;
  return 'driverError' in error ? sqlState(error.driverError) : undefined;
}
