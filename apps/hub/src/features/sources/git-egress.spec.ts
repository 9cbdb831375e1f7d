import { describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { systemTimers } from '#runtime';
import { GitEgress } from './git-egress.js';

const never = new AbortController().signal;
const egress = (allowed: readonly string[], addresses: readonly string[]): GitEgress => new GitEgress(allowed, () => Promise.resolve(addresses), systemTimers, silentLog);

describe('GitEgress', () => {
  it('answers the addresses that were checked', async () => {
    expect(await egress([], ['140.82.121.4', '2606:50c0:8000::153']).check('https://git.example.com/a', never)).toEqual({ ok: true, value: ['140.82.121.4', '2606:50c0:8000::153'] });
  });

  it('refuses a host that has one private address among public ones', async () => {
    expect(await egress([], ['140.82.121.4', '10.0.0.1']).check('https://rebind.example.com/a', never)).toMatchObject({ ok: false, error: { code: 'EGRESS_REFUSED', retryable: false } });
  });

  it.each(['http://127.0.0.1/a', 'http://[::1]/a', 'http://0x7f000001/a', 'http://2130706433/a', 'http://169.254.169.254/latest/meta-data'])('refuses %s, however it is written', async (url) => {
    expect(await egress([], ['8.8.8.8']).check(url, never)).toMatchObject({ ok: false, error: { code: 'EGRESS_REFUSED' } });
  });

  it.each([[['*'], 'https://git.local/a'], [['Git.Local', 'other'], 'https://git.local/a'], [['::1'], 'http://[::1]/a']])('lets %j go to %s', async (allowed, url) => {
    expect(await egress(allowed, ['10.0.0.1']).check(url, never)).toEqual({ ok: true, value: undefined });
  });

  it('takes a host that does not resolve for unreachable, not for allowed', async () => {
    expect(await egress([], []).check('https://git.example.com/a', never)).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNREACHABLE', retryable: true } });
    const failing = new GitEgress([], () => Promise.reject(new Error('EAI_AGAIN')), systemTimers, silentLog);
    expect(await failing.check('https://git.example.com/a', never)).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNREACHABLE' } });
  });

  it('ends with its caller although DNS hangs', async () => {
    const hanging = new GitEgress([], () => new Promise(() => undefined), systemTimers, silentLog);
    const giveUp = new AbortController();
    const checked = hanging.check('https://git.example.com/a', giveUp.signal);
    giveUp.abort(new Error('stopping'));
    await expect(checked).rejects.toThrow('stopping');
  });
});
