import { describe, expect, it } from '@jest/globals';
import { createLogger, logOf } from './logging.js';

const CANARY = 'canary-4711';

describe('the log', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a secret field', { token: CANARY, password: CANARY, credentials: CANARY }],
    ['a secret field one level down', { repository: { password: CANARY, webhookSecret: CANARY } }],
    ['headers', { req: { method: 'POST', url: `/x?token=${CANARY}`, headers: { authorization: CANARY } } }],
    ['the parameters of a failed statement', { error: Object.assign(new Error('failed'), { parameters: [CANARY], query: CANARY, detail: CANARY }) }],
    ['a URL with credentials in an error', { error: new Error(`cannot reach https://user:${CANARY}@git.example.com/x`) }],
    ['an API token in a cause', { error: new Error('outer', { cause: new Error(`cap_abcd1234_${CANARY}`) }) }],
  ])('never holds %s', (_name, fields) => {
    const lines: string[] = [];
    logOf(createLogger('debug', { write: (line) => void lines.push(line) })).error('something failed', fields);
    expect(lines).toHaveLength(1);
    expect(lines.join('')).not.toContain(CANARY);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', app: 'capstan-hub', msg: 'something failed' });
  });

  it('keeps what helps: message, code, stack', () => {
    const lines: string[] = [];
    logOf(createLogger('info', { write: (line) => void lines.push(line) })).warn('w', { error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ error: { type: 'Error', message: 'refused', code: 'ECONNREFUSED', stack: expect.stringContaining('logging.spec') } });
  });
});
