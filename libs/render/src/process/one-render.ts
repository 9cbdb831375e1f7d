import type { SourcedDocument, SourceTree } from '#domain';
import { err, type MonotonicClock, type Result, type Timers } from '#kernel';
import { PausableDeadline } from '#runtime';
import { judgeDocuments } from '../judge-documents.js';
import { refuse } from '../render-failures.js';
import type { RenderPrograms } from '../render-programs.js';
import type { Rendered, RenderFailure, RenderLimits, RenderRequest } from '../renderer.js';
import { answerQuestion } from './answer-question.js';
import { measureJson } from './measure-json.js';
import { explainEnding, GARBAGE } from './explain-ending.js';
import { readProcessWord, type HeardWord } from './read-process-words.js';
import type { Answer, Question, RenderOrder } from './render-protocol.js';
import type { RenderSeat } from './render-seat.js';

export interface OneRenderDeps {
  readonly programs: RenderPrograms;
  readonly limits: RenderLimits;
  readonly timers: Timers;
  readonly monotonic: MonotonicClock;
}

/** Deeper than what any of our parsers lets through. */
const MAX_DEPTH = 200;

type End = Result<Rendered, RenderFailure>;

/** One render on one seat, from the order to the result. The process is believed nothing: questions are bounded, objects are judged again, and the digest is our own. */
export class OneRender {
  private readonly end = Promise.withResolvers<End>();
  private readonly documents: SourcedDocument[] = [];
  private readonly over = new AbortController();
  private questions = 0;
  private bytesRead = 0;
  private bytesHeard = 0;
  private valuesHeard = 0;

  constructor(
    private readonly seat: RenderSeat,
    private readonly tree: SourceTree,
    private readonly request: RenderRequest,
    private readonly deps: OneRenderDeps,
  ) {}

  /** @throws the signal's reason; what the tree throws; an error of our own code in the process */
  async run(signal: AbortSignal): Promise<End> {
    const { seat, deps } = this;
    const { limits } = deps;
    const deadline = new PausableDeadline(limits.timeoutMs, () => this.end.resolve(refuse('RENDER_TIMED_OUT', `rendering took more than ${limits.timeoutMs} ms: split the application, or take out what never ends`)), deps);
    const onAbort = (): void => this.end.reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', onAbort, { once: true });
    seat.talk.onFrame = (frame) => this.hear(frame, deadline);
    void seat.talk.ended.then((ending) => this.end.resolve(explainEnding(ending, limits)));
    const { helm: { capabilities: _, ...helm }, ...request } = this.request;
    const order: RenderOrder = { request: { ...request, helm }, tree: { commit: this.tree.commit, rootTreeId: this.tree.rootTreeId }, limits, directory: seat.directory };
    seat.talk.send(Buffer.from(JSON.stringify(order)));
    try {
      return await this.end.promise;
    } finally {
      deadline.cancel();
      this.over.abort(new Error('the render is over'));
      signal.removeEventListener('abort', onAbort);
    }
  }

  private hear(frame: Buffer, deadline: PausableDeadline): void {
    // Before it is parsed: the process is believed nothing, also not that it has counted.
    const { values, depth } = measureJson(frame);
    if (depth > MAX_DEPTH) return this.end.resolve(GARBAGE);
    if (this.valuesHeard + values > this.deps.limits.maxValues) return this.end.resolve(refuse('RENDER_LIMIT_EXCEEDED', sayValues(this.deps.limits)));
    const word = readProcessWord(frame);
    switch (word?.say) {
      case 'READY':
        return;
      case 'ASK':
        deadline.pause(); // the time of Git and of the cluster is not that of the render
        void this.answer(word.id, word.question).then(() => deadline.resume(), (error: unknown) => this.end.reject(error));
        return;
      case 'OBJECTS':
        this.bytesHeard += frame.byteLength;
        this.valuesHeard += values;
        this.takeDocuments(word.documents);
        return;
      case 'RENDERED':
        this.end.resolve(this.judge(word));
        return;
      case 'FAILED':
        this.end.resolve(err(word.failure));
        return;
      case 'BROKE':
        this.end.reject(new Error(`rendering broke: ${word.at}`));
        return;
      default:
        this.end.resolve(GARBAGE);
    }
  }

  private takeDocuments(documents: readonly SourcedDocument[]): void {
    const { maxObjects, maxBytes } = this.deps.limits;
    if (this.documents.length + documents.length > maxObjects) this.end.resolve(refuse('RENDER_LIMIT_EXCEEDED', `more than ${maxObjects} objects`));
    else if (this.bytesHeard > 2 * maxBytes) this.end.resolve(refuse('RENDER_LIMIT_EXCEEDED', `rendering put out more than ${maxBytes} bytes`));
    else this.documents.push(...documents);
  }

  private async answer(id: number, question: Question): Promise<void> {
    const { limits, programs } = this.deps;
    this.questions += 1;
    if (this.questions > 4 * limits.maxFiles) {
      this.end.resolve(refuse('RENDER_LIMIT_EXCEEDED', `rendering reads more than ${limits.maxFiles} files`));
      return;
    }
    const { answer, files } = await answerQuestion(question, { tree: this.tree, capabilities: this.request.helm.capabilities, programs }, this.over.signal);
    this.bytesRead += files.reduce((sum, file) => sum + file.byteLength, 0);
    // A file that is read for its faults and again for its copy counts twice here, and the renderer counts it once.
    if (this.bytesRead > 4 * limits.maxBytes) {
      this.end.resolve(refuse('RENDER_LIMIT_EXCEEDED', `rendering reads more than ${limits.maxBytes} bytes of files`));
      return;
    }
    const head: Answer = { to: id, answer, files: files.length };
    this.seat.talk.send(Buffer.from(JSON.stringify(head)), ...files);
  }

  private judge({ renderer }: Extract<HeardWord, { readonly say: 'RENDERED' }>): End {
    return judgeDocuments(this.documents, renderer, this.request, this.deps.limits);
  }
}

function sayValues({ maxValues }: RenderLimits): string {
  return `the objects hold more than ${maxValues} members, items and texts: split the application`;
}
