import { describe, expect, it } from '@jest/globals';
import type { Log } from '#kernel';
import { aClock } from '#testing';
import { createLog } from './logging.js';

describe('the log of the agent', () => {
  const lines: string[] = [];
  const logged = (write: (log: Log) => void, level: 'debug' | 'warn' = 'debug'): string => {
    lines.length = 0;
    write(createLog(level, { write: (line) => lines.push(line) }, aClock()));
    return lines.join('');
  };

  it('is one JSON object per line, from the least level on', () => {
    const text = logged((log) => {
      log.info('left out');
      log.warn('told', { targets: 3, generation: 7n });
    }, 'warn');
    expect(JSON.parse(text)).toMatchObject({ level: 'warn', app: 'capstan-agent', targets: 3, generation: '7', msg: 'told' });
    expect(text.split('\n')).toHaveLength(2);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a field with the name of a secret', { password: 'canary-1' }],
    ['such a field deep inside', { request: { deep: [{ authorization: 'Bearer canary-1' }] } }],
    ['the data of a Secret', { object: { data: { key: 'canary-1' }, stringData: { key: 'canary-1' } } }],
    ['the user part of a URL', { url: 'https://bot:canary-1@git.example.com/x' }],
    ['the user part of a URL in an error and its cause', { error: new Error('at https://canary-1@h/', { cause: new Error('https://x:canary-1@h/') }) }],
    ['what a library hangs on an error', { error: Object.assign(new Error('refused'), { config: { headers: { 'x-key': 'canary-1' } } }) }],
    ['a join token', { text: `capjoin_${'canary-1'}` }],
  ])('does not show %s', (_what, fields) => {
    expect(logged((log) => log.error('m', fields))).not.toContain('canary-1');
  });

  it('shows message, code and causes of an error, and where it happened only when a person must act', () => {
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'ECONNREFUSED' });
    const [told] = [JSON.parse(logged((log) => log.error('m', { error })))];
    expect(told).toMatchObject({ error: { type: 'Error', message: 'outer', code: 'ECONNREFUSED', stack: expect.stringContaining('logging.spec'), cause: { type: 'Error', message: 'inner' } } });
    expect(logged((log) => log.warn('m', { error }))).not.toContain('logging.spec');
  });
});
