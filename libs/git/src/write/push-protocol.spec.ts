import { describe, expect, it } from '@jest/globals';
import { redact } from '../redact.js';
import { readPushReport } from './push-protocol.js';

const REF = 'refs/heads/main';
const packet = (text: string): Buffer => Buffer.from(`${(Buffer.byteLength(text) + 4).toString(16).padStart(4, '0')}${text}`);
const report = (said: string, answer: readonly string[]): Buffer => Buffer.concat([packet(`\u0002${said}`), packet(`\u0001${answer.map((line) => packet(`${line}\n`).toString()).join('')}0000`)]);

describe('what a Git server says of a push', () => {
  // As long as those of clouds are, which are signed documents.
  const password = `eyJ${'x'.repeat(2_500)}`;
  const credentials = { username: 'hub', password };

  it.each([
    ['takes', ['unpack ok', `ok ${REF}`], 'said'], ['refuses', ['unpack ok', `ng ${REF} no`], 'message'],
  ])('that it %s keeps no part of a password that it tells back', (_how, answer, member) => {
    const read = readPushReport(report(`hello ${password} you`, answer), REF);
    const text = Object.entries(read).find(([name]) => name === member)?.[1] ?? '';
    expect(redact(text, credentials)).toMatch(/^hello \*\*\* you/);
  });
});
