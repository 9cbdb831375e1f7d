import { ok, silentLog } from '#kernel';
import { systemTimers } from '#runtime';
import { describe, expect, it } from '@jest/globals';
import type { ResolveHost } from '../../../platform/http/index.js';
import { ValidatorEgress } from './validator-egress.js';

const signal = new AbortController().signal;
const egress = (resolve: ResolveHost, ...listed: readonly string[]): ValidatorEgress => new ValidatorEgress(listed, resolve, systemTimers, silentLog);
const check = (url: string, addresses: readonly string[], ...listed: readonly string[]) => egress(() => Promise.resolve(addresses), ...listed).check(new URL(url), signal);

describe('where questions to validators go', () => {
  it.each([
    ['https://board.example.com/x', ['1.2.3.4', '2606:4700::1']],
    ['https://8.8.8.8/', ['8.8.8.8']],
  ])('to %s without more', async (url, addresses) => {
    expect(await check(url, addresses)).toEqual(ok(addresses));
  });

  it.each([
    ['http://board.internal/', ['10.1.2.3']], ['http://127.0.0.1:8080/', ['127.0.0.1']], ['https://[fd12::7]/', ['fd12::7']],
  ])('to %s where it is listed', async (url, addresses) => {
    const { hostname } = new URL(url);
    expect((await check(url, addresses)).ok).toBe(false);
    expect(await check(url, addresses, hostname.replace(/^\[|\]$/g, ''))).toEqual(ok(addresses));
  });

  it.each<[string, string, readonly string[], readonly string[]]>([
    ['http to a public host', 'http://board.example.com/', ['1.2.3.4'], []],
    ['one private address among public ones', 'https://board.example.com/', ['1.2.3.4', '10.0.0.1'], []],
    ['a private address that is spelled otherwise', 'https://0x7f.1/', [], []],
    ['an IPv4 address within IPv6', 'https://[::ffff:10.0.0.1]/', [], []],
    ['metadata', 'https://board.example.com/', ['169.254.169.254'], []],
    ['metadata of a listed host', 'https://board.example.com/', ['169.254.169.254'], ['board.example.com']],
    ['metadata where all is listed', 'http://169.254.169.254/latest', [], ['*']],
    ['metadata of Azure, a public address', 'https://168.63.129.16/', [], ['*']],
    ['a file', 'file:///etc/passwd', [], ['*', '']],
    ['a host that does not resolve', 'https://board.example.com/', [], ['*']],
  ])('never to %s', async (_name, url, addresses, listed) => {
    expect(await check(url, addresses, ...listed)).toMatchObject({ ok: false });
  });

  it('says no more of an address than its host', async () => {
    expect(JSON.stringify(await check('https://board.example.com/hook?token=hunter2', ['10.0.0.1']))).not.toContain('hunter2');
  });

  it('ends with its caller although DNS hangs', async () => {
    const stop = new AbortController();
    const asked = egress(() => new Promise(() => undefined)).check(new URL('https://board.example.com/'), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
  });
});
