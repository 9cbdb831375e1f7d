import { describe, expect, it } from '@jest/globals';
import type { Result } from '#kernel';
import { decodeAgentFrame, decodeHubFrame, decodeOrder, encodeAgentFrame, encodeHubFrame, encodeOrder } from '#wire';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { AGENT_FRAMES, HUB_FRAMES, ORDERS } from './frames-to-record.js';

/**
 * Bytes as protocol version 1 wrote them, in hex. They decode for ever: a file is added, never changed. To record a frame of a new kind, add it to
 * frames-to-record.ts and run this suite once with CAPSTAN_RECORD_FRAMES=1.
 */
const FOLDER = new URL('./v1/', import.meta.url);
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function recorded(name: string, bytes: () => Uint8Array): Buffer {
  const file = new URL(`${name}.hex`, FOLDER);
  if (!existsSync(file) && process.env['CAPSTAN_RECORD_FRAMES'] === '1') writeFileSync(file, `${Buffer.from(bytes()).toString('hex')}\n`);
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
}

function one(messages: Result<readonly Buffer[], unknown>): Buffer {
  const [bytes, ...more] = messages.ok ? messages.value : [];
  if (bytes === undefined || more.length > 0) throw new Error('not one message');
  return bytes;
}

describe('recorded frames of version 1', () => {
  it.each(Object.entries(AGENT_FRAMES))('%s decodes to what was meant', (name, body) => {
    const bytes = recorded(name, () => one(encodeAgentFrame(body, '1', TRACE)));
    expect(decodeAgentFrame(bytes)).toEqual({ ok: true, value: { traceparent: TRACE, body } });
  });

  it.each(Object.entries(HUB_FRAMES))('%s decodes to what was meant', (name, body) => {
    const bytes = recorded(name, () => one(encodeHubFrame(body, '1', TRACE)));
    expect(decodeHubFrame(bytes)).toEqual({ ok: true, value: { traceparent: TRACE, body } });
  });

  it.each(Object.entries(ORDERS))('%s decodes to what was meant', (name, order) => {
    expect(decodeOrder(recorded(name, () => encodeOrder(order)))).toEqual({ ok: true, value: order });
  });

  it('covers every file and every kind of frame', () => {
    const names = readdirSync(FOLDER).map((file) => file.replace(/\.hex$/, ''));
    expect(names.toSorted()).toEqual([...Object.keys(AGENT_FRAMES), ...Object.keys(HUB_FRAMES), ...Object.keys(ORDERS)].toSorted());
    expect(new Set(Object.values(AGENT_FRAMES).map((body) => body.$case)).size).toBe(10);
    expect(new Set(Object.values(HUB_FRAMES).map((body) => body.$case)).size).toBe(12);
  });
});
