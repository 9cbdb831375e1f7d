import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { repositoryId } from '#domain';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheKeyOf, forgetStaleCopies } from './git-copies.js';

const id = repositoryId('00000000-0000-7000-8000-000000000001');
const other = repositoryId('00000000-0000-7000-8000-000000000002');
const now = cacheKeyOf({ id, url: 'https://git.example.com/now' });
const before = cacheKeyOf({ id, url: 'https://git.example.com/before' });
const removed = cacheKeyOf({ id: other, url: 'https://git.example.com/removed' });

describe('forgetStaleCopies', () => {
  let directory: string;
  let forgotten: string[];
  const git = { forget: (key: string): Promise<void> => Promise.resolve(void forgotten.push(key)) };
  beforeEach(async () => {
    forgotten = [];
    directory = await mkdtemp(join(tmpdir(), 'capstan-copies-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('drops the copies of removed repositories and of earlier URLs, and nothing else', async () => {
    for (const name of [`${now}.mirror.git`, `${before}.mirror.git`, `${removed}.mirror.git`, `${removed}.commit.git`, 'ca-0123.pem', 'config', `${id}.mirror.git`]) await mkdir(join(directory, name));
    expect(await forgetStaleCopies(git, directory, () => Promise.resolve(new Set([now])))).toBe(2);
    expect(forgotten.toSorted()).toEqual([before, removed].toSorted());
  });

  it('drops nothing when it cannot find out what is wanted', async () => {
    await mkdir(join(directory, `${now}.mirror.git`));
    await expect(forgetStaleCopies(git, directory, () => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    expect(forgotten).toEqual([]);
  });

  it('does nothing before anything was fetched', async () => {
    expect(await forgetStaleCopies(git, join(directory, 'nowhere'), () => Promise.resolve(new Set()))).toBe(0);
  });
});
