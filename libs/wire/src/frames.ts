import { err, ok, type Result } from '#kernel';
import type { Readable } from 'node:stream';
import { ChunkJoiner, splitFrame, type ChunkFailure } from './chunking.js';
import { AgentFrame, HubFrame } from './generated/capstan/agent/v1/session.js';
import { decoding, unknownMessage, type WireFailure } from './wire-failure.js';

export type AgentBody = NonNullable<AgentFrame['body']>;
export type HubBody = NonNullable<HubFrame['body']>;

/** One frame as it was understood. */
export interface Incoming<Body> {
  readonly traceparent: string;
  readonly body: Body;
}
export type FrameFailure = WireFailure | ChunkFailure;

/**
 * The messages of a call, in order, at the reader's pace, until its end or until `signal` aborts; throws what the call emits as an error. Leaving
 * never destroys the call: one that is destroyed under grpc-js never gets its status. (Node's own iterator destroys it on an emitted error
 * even with `destroyOnReturn: false`, and emitting one is how a status is sent.)
 */
export async function* framesOf(call: Readable, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  let wake: () => void = () => undefined;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  const onReadable = (): void => wake();
  const onOver = (): void => {
    isOver = true;
    wake();
  };
  const onError = (error: unknown): void => {
    failure = { error };
    wake();
  };
  call.on('readable', onReadable).on('end', onOver).on('close', onOver).on('error', onError);
  signal?.addEventListener('abort', onReadable);
  try {
    while (signal?.aborted !== true) {
      const message: unknown = call.read();
      if (message instanceof Uint8Array) yield message;
      else if (failure !== undefined) throw failure.error;
      else if (isOver || call.readableEnded || call.destroyed) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    call.off('readable', onReadable).off('end', onOver).off('close', onOver).off('error', onError);
    signal?.removeEventListener('abort', onReadable);
  }
}

/** The gRPC messages of one frame: one, or its chunks. `chunkId` is unique within the stream. */
export function encodeAgentFrame(body: AgentBody, chunkId: string, traceparent = ''): Result<readonly Buffer[], ChunkFailure> {
  const serialize = (frameBody: AgentBody): Uint8Array => AgentFrame.encode({ traceparent, body: frameBody }).finish();
  return toMessages(serialize(body), chunkId, (chunk) => serialize({ $case: 'chunk', value: chunk }));
}

export function encodeHubFrame(body: HubBody, chunkId: string, traceparent = ''): Result<readonly Buffer[], ChunkFailure> {
  const serialize = (frameBody: HubBody): Uint8Array => HubFrame.encode({ traceparent, body: frameBody }).finish();
  return toMessages(serialize(body), chunkId, (chunk) => serialize({ $case: 'chunk', value: chunk }));
}

/** A frame of an agent. One whose body this side does not know is UNKNOWN_MESSAGE: refuse it by a message and go on. */
export function decodeAgentFrame(bytes: Uint8Array): Result<Incoming<AgentBody>, WireFailure> {
  return decoding('agent_frame', () => {
    const frame = AgentFrame.decode(bytes);
    return { traceparent: frame.traceparent.slice(0, 128), body: frame.body ?? unknownMessage('agent_frame.body') };
  });
}

export function decodeHubFrame(bytes: Uint8Array): Result<Incoming<HubBody>, WireFailure> {
  return decoding('hub_frame', () => {
    const frame = HubFrame.decode(bytes);
    return { traceparent: frame.traceparent.slice(0, 128), body: frame.body ?? unknownMessage('hub_frame.body') };
  });
}

/** Frames of these kinds have a lane of their own: they may come between the chunks of another frame. */
const OWN_LANE: ReadonlySet<(AgentBody | HubBody)['$case']> = new Set(['heartbeat', 'heartbeatAck', 'goAway', 'goodbye', 'refused'] as const);

/** Reads the messages of one stream into whole frames; undefined: a part came, the rest is still to come. */
export class FrameReader<Body extends AgentBody | HubBody> {
  private readonly joiner = new ChunkJoiner();

  constructor(private readonly decode: (bytes: Uint8Array) => Result<Incoming<Body>, WireFailure>) {}

  read(message: Uint8Array): Result<Incoming<Body> | undefined, FrameFailure> {
    const frame = this.decode(message);
    if (!frame.ok) return frame;
    const body: AgentBody | HubBody = frame.value.body;
    if (body.$case !== 'chunk') {
      const interrupted = OWN_LANE.has(body.$case) ? undefined : this.joiner.interrupt();
      return interrupted === undefined ? frame : err(interrupted);
    }
    const joined = this.joiner.offer(body.value);
    if (!joined.ok) return joined;
    if (joined.value === undefined) return ok(undefined);
    const whole = this.decode(joined.value);
    // A frame of chunks inside chunks would have no end.
    return whole.ok && whole.value.body.$case === 'chunk' ? err({ code: 'MALFORMED', field: 'chunk' }) : whole;
  }
}

function toMessages(bytes: Uint8Array, chunkId: string, serializeChunk: (chunk: Parameters<ChunkJoiner['offer']>[0]) => Uint8Array): Result<readonly Buffer[], ChunkFailure> {
  const chunks = splitFrame(bytes, chunkId);
  if (!chunks.ok) return chunks;
  return ok((chunks.value?.map(serializeChunk) ?? [bytes]).map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
}
