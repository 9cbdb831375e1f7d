import { FrameReader, frameHeader } from '#runtime';
import { constants } from 'node:buffer';
import type { Readable, Writable } from 'node:stream';
import type { Answer, Answers, ProcessWord, Question, RenderOrder } from './render-protocol.js';

interface Answered<K extends keyof Answers> {
  readonly answer: Answers[K];
  readonly files: readonly Uint8Array[];
}

/** The line of the process that renders to its agent, which it believes: one order comes, then answers to questions, in the order of the questions. */
export class AgentLine {
  readonly order: Promise<RenderOrder>;
  private readonly waiting = new Map<number, (answered: { readonly answer: Answer['answer']; readonly files: readonly Uint8Array[] }) => void>();
  private asked = 0;
  private open: { readonly answer: Answer; readonly files: Uint8Array[] } | undefined;

  /** @param onGone the agent has hung up */
  constructor(input: Readable, private readonly output: Writable, onGone: () => void) {
    const reader = new FrameReader(constants.MAX_LENGTH);
    const { promise, resolve } = Promise.withResolvers<RenderOrder>();
    this.order = promise;
    let isOrdered = false;
    input.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk) ?? []) {
        if (isOrdered) this.take(frame);
        else resolve(JSON.parse(frame.toString('utf8')) as RenderOrder);
        isOrdered = true;
      }
    });
    input.once('close', onGone);
    output.on('error', onGone);
  }

  async ask<K extends keyof Answers>(_kind: K, question: Question & { readonly what: K }): Promise<Answered<K>> {
    const id = (this.asked += 1);
    const { promise, resolve } = Promise.withResolvers<{ readonly answer: Answer['answer']; readonly files: readonly Uint8Array[] }>();
    this.waiting.set(id, resolve);
    this.say({ say: 'ASK', id, question });
    return (await promise) as Answered<K>;
  }

  say(word: ProcessWord): void {
    this.sayText(JSON.stringify(word));
  }

  /** @param text JSON of one word */
  sayText(text: string): void {
    const bytes = Buffer.from(text);
    this.output.write(frameHeader(bytes.byteLength));
    this.output.write(bytes);
  }

  private take(frame: Buffer): void {
    if (this.open === undefined) this.open = { answer: JSON.parse(frame.toString('utf8')) as Answer, files: [] };
    else this.open.files.push(frame);
    const { answer, files } = this.open;
    if (files.length < answer.files) return;
    this.open = undefined;
    this.waiting.get(answer.to)?.({ answer: answer.answer, files });
    this.waiting.delete(answer.to);
  }
}
