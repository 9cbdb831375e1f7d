import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';

const SERVER = join(import.meta.dirname, 'postgres-server.ts');

/** The PostgreSQL of a stage, apart from the hub, so that each can go and come back without the other. */
export class StagePostgres {
  private server: ChildProcess | undefined;

  private constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {}

  /** Starts with the roles and the empty database that an operator would make. */
  static async start(directory: string, port: number): Promise<StagePostgres> {
    const postgres = new StagePostgres(directory, port);
    await postgres.start();
    const admin = new pg.Client({ connectionString: postgres.urlOf('postgres', 'postgres') });
    await admin.connect();
    for (const role of ['capstan_owner', 'capstan_app']) await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    await admin.query('CREATE DATABASE capstan OWNER capstan_owner');
    await admin.end();
    return postgres;
  }

  get appUrl(): string {
    return this.urlOf('capstan_app', 'capstan');
  }

  get ownerUrl(): string {
    return this.urlOf('capstan_owner', 'capstan');
  }

  /** One look into the hub's own tables, as their owner. */
  async query<T>(sql: string, values: readonly unknown[] = []): Promise<readonly T[]> {
    const client = new pg.Client({ connectionString: this.ownerUrl });
    await client.connect();
    try {
      return (await client.query(sql, [...values])).rows as T[];
    } finally {
      await client.end();
    }
  }

  /** Starts again on the same port with the same data. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--no-warnings', SERVER, this.directory, String(this.port)], { stdio: ['pipe', 'pipe', 'pipe'] });
    const said = text(child.stderr);
    const ended = once(child, 'close').then(async () => {
      throw new Error(`PostgreSQL did not start: ${await said}`);
    });
    ended.catch(() => undefined); // its end after `ready` is nobody's news
    await Promise.race([once(child.stdout, 'data'), ended]);
    this.server = child;
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.stdin?.end();
    await closed;
  }

  private urlOf(user: string, database: string): string {
    return `postgres://${user}:${user}@127.0.0.1:${this.port}/${database}`;
  }
}
