import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { StageHub } from '../../stage/start-hub.js';

/** A look into the tables of a stage's hub, as their owner. Close it before the hub stops. */
export async function openHubDatabase({ dataDirectory }: StageHub): Promise<pg.Client> {
  const passwords: unknown = JSON.parse(await readFile(join(dataDirectory, 'postgres.json'), 'utf8'));
  if (typeof passwords !== 'object' || passwords === null || !('owner' in passwords) || typeof passwords.owner !== 'string') throw new Error('postgres.json has no password of the owner');
  const port = Number((await readFile(join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[3]);
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'capstan_owner', password: passwords.owner, database: 'capstan' });
  client.on('error', () => undefined); // a hub that is stopped first: whoever asks is told
  await client.connect();
  return client;
}
