import { describe, expect, it } from '@jest/globals';
import { ok } from '#kernel';
import { FrameOutbox } from './frame-outbox.js';

function aSink(): { readonly written: string[]; accepts: number; drain(room: number): void; readonly sink: ConstructorParameters<typeof FrameOutbox<string>>[0] } {
  const written: string[] = [];
  let drained: () => void = () => undefined;
  const state = {
    written,
    accepts: 0,
    drain(room: number): void {
      state.accepts = room;
      drained();
    },
    sink: {
      write: (message: Uint8Array): boolean => {
        written.push(Buffer.from(message).toString().slice(0, 5));
        state.accepts -= 1;
        return state.accepts > 0;
      },
      once: (_event: 'drain', listener: () => void) => (drained = listener),
    },
  };
  return state;
}

const outboxOn = (sink: ReturnType<typeof aSink>): FrameOutbox<string> => new FrameOutbox(sink.sink, (body) => ok([Buffer.from(body)]));

describe('an outbox', () => {
  it('keeps the order, at the pace of the other side', () => {
    const sink = aSink();
    const outbox = outboxOn(sink);
    for (const body of ['a', 'b', 'c']) outbox.send(body);
    expect(sink.written).toEqual(['a']);
    sink.drain(2);
    expect(sink.written).toEqual(['a', 'b', 'c']);
  });

  it('lets only the last heartbeat wait, in front of everything', () => {
    const sink = aSink();
    const outbox = outboxOn(sink);
    for (const body of ['a', 'b']) outbox.send(body);
    for (const beat of ['beat1', 'beat2']) outbox.sendUrgent(beat);
    sink.drain(10);
    expect(sink.written).toEqual(['a', 'beat2', 'b']);
  });

  it('refuses what does not fit, lets one large frame in, and tells when there is room', async () => {
    const sink = aSink();
    const outbox = outboxOn(sink);
    outbox.send('a');
    expect(outbox.send('x'.repeat(20 * 1024 * 1024)).ok).toBe(true);
    expect(outbox.send('b')).toEqual({ ok: false, error: { code: 'OUTBOX_FULL' } });
    const room = outbox.room();
    sink.drain(10);
    await room;
    expect(outbox.send('b').ok).toBe(true);
    outbox.close();
    expect(outbox.send('c')).toEqual({ ok: false, error: { code: 'OUTBOX_CLOSED' } });
  });
});
