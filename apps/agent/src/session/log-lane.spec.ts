import { describe, expect, it } from '@jest/globals';
import { err, ok, type Result } from '#kernel';
import { targetId } from '#domain';
import { ManualTimers } from '#testing';
import { LOG_LIMITS, type LogQuestion, type WireResponse } from '#wire';
import { LogLane } from './log-lane.js';
import type { RequestFailure } from './session.ports.js';

const question: LogQuestion = { target: targetId('00000000-0000-7000-8000-000000000001'), namespace: 'shop', pod: 'web', container: undefined, previous: false, tailLines: 10, sinceSeconds: undefined, follow: false };

async function* of(...parts: readonly (string | RequestFailure)[]): AsyncGenerator<Result<string, RequestFailure>> {
  for (const part of parts) yield await Promise.resolve(typeof part === 'string' ? ok(part) : err(part));
}

/** A log that says nothing until it is left. */
function silent(signal: AbortSignal): AsyncGenerator<Result<string, RequestFailure>> {
  return (async function* () {
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    yield err({ code: 'TIMEOUT', message: '' });
  })();
}

function aLane(read: (signal: AbortSignal) => AsyncIterable<Result<string, RequestFailure>>) {
  const timers = new ManualTimers();
  const sent: WireResponse[] = [];
  const carrier = { send: (response: WireResponse) => void sent.push(response), room: () => Promise.resolve() };
  const lane = new LogLane({ readLogs: (_question, signal) => Promise.resolve(ok(read(signal))) }, timers.clock, timers);
  const parts = (): readonly string[] => sent.map(({ answer }) => (answer?.$case === 'logPart' ? `${answer.value.text.slice(0, 10)}${answer.value.last ? `<${answer.value.end}>` : ''}` : '?'));
  const text = (): string => sent.map(({ answer }) => (answer?.$case === 'logPart' ? answer.value.text : '')).join('');
  return { lane, timers, carrier, sent, parts, text };
}

describe('the lane of logs', () => {
  const never = new AbortController().signal;

  it('sends the parts in order and then the end', async () => {
    const { lane, carrier, parts } = aLane(() => of('one\n', 'two\n'));
    expect(await lane.serve('r', question, carrier, never)).toBeUndefined();
    expect(parts()).toEqual(['one\ntwo\n', '<COMPLETE>']);
  });

  it('says that a log broke off', async () => {
    const { lane, carrier, parts } = aLane(() => of('one\n', { code: 'UNAVAILABLE', message: 'gone' }));
    await lane.serve('r', question, carrier, never);
    expect(parts()).toEqual(['one\n', '<BROKEN>']);
  });

  it('sends many lines in few parts, unless it follows', async () => {
    const lines = Array.from({ length: LOG_LIMITS.tailLines }, (_, index) => `line ${index}\n`);
    const { lane, carrier, sent, text } = aLane(() => of(...lines));
    await lane.serve('r', question, carrier, never);
    expect(text()).toBe(lines.join(''));
    expect(sent.length).toBeLessThan(10);
  });

  it('sends no more than it may, in parts that are not too long', async () => {
    const { lane, carrier, parts, text, sent } = aLane(() => of('x'.repeat(LOG_LIMITS.characters - 1), 'yz', 'never'));
    await lane.serve('r', question, carrier, never);
    expect(text()).toHaveLength(LOG_LIMITS.characters);
    expect(text().endsWith('xy')).toBe(true);
    expect(parts().at(-1)).toBe('<SIZE_LIMIT>');
    expect(sent.every(({ answer }) => answer?.$case === 'logPart' && answer.value.text.length <= LOG_LIMITS.partCharacters)).toBe(true);
  });

  it('reads a log that is followed at its rate, and stops at its time', async () => {
    const endless = (signal: AbortSignal) =>
      (async function* (): AsyncGenerator<Result<string, RequestFailure>> {
        while (!signal.aborted) yield await Promise.resolve(ok('x'.repeat(320 * 1024)));
      })();
    const { lane, carrier, timers, text, parts } = aLane(endless);
    const served = lane.serve('r', { ...question, follow: true }, carrier, never);
    await timers.advance(10_000);
    const read = text().length;
    expect(read).toBeGreaterThanOrEqual(LOG_LIMITS.charactersPerSecond * 5);
    expect(read).toBeLessThanOrEqual(LOG_LIMITS.charactersPerSecond * 15);
    await timers.advance(LOG_LIMITS.followMs);
    await served;
    expect(parts().at(-1)).toBe('<TIME_LIMIT>');
  });

  it('stops, says nothing more and makes room when nobody waits any more', async () => {
    const { lane, carrier, sent } = aLane(silent);
    const leaving = new AbortController();
    const open = Array.from({ length: LOG_LIMITS.streams }, (_, index) => lane.serve(`r${index}`, { ...question, follow: true }, carrier, leaving.signal));
    expect(await lane.serve('more', question, carrier, never)).toMatchObject({ code: 'OVERLOADED' });
    leaving.abort();
    await Promise.all(open);
    expect(sent).toEqual([]);
    const again = new AbortController();
    const next = lane.serve('again', question, carrier, again.signal);
    again.abort();
    expect(await next).toBeUndefined();
  });
});
