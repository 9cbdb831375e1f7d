import { formatTraceparent, parseTraceparent, traceUnder, type Clock, type Ids, type Log, type Tracer } from '#kernel';
import type { RepositoryId } from '#domain';
import { LRUCache } from 'lru-cache';
import { randomBytes } from 'node:crypto';
import { concerns, readPush } from './read-push.js';
import type { WebhookHeaders, WebhookScheme } from './webhook-scheme.js';
import type { Seat, WebhookSeats } from './webhook-seats.js';

/** A request before anything of its body was looked at. */
export interface WebhookRequest {
  /** undefined: the path names none. */
  readonly repository: RepositoryId | undefined;
  readonly scheme: WebhookScheme;
  readonly headers: WebhookHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** REFUSED: unknown repository, no secret, wrong or missing signature: nobody is told which. BUSY: no seat, or too slow for those who wait for one. */
export type WebhookAnswer = 'ACCEPTED' | 'REFUSED' | 'TOO_LARGE' | 'BUSY';

export interface WebhookPorts {
  readonly secretOf: (repository: RepositoryId) => Promise<string | undefined>;
  readonly refsOf: (repository: RepositoryId) => Promise<readonly string[]>;
  /** @param traceparent where what follows from the news belongs */
  readonly hint: (repository: RepositoryId, traceparent: string) => Promise<void>;
  readonly seats: WebhookSeats;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tracer: Tracer;
  readonly log: Log;
}

const MAX_BODY_BYTES = 25 * 1024 * 1024;
/** More than this is verified, but not read: what would take long to parse is simply a hint. */
const MAX_READ_BYTES = 1024 * 1024;
const REMEMBERED_DELIVERIES = 10_000;

/**
 * Takes webhooks of Git hosts. The signature is verified over the raw bytes before anything is parsed, and the payload is only a hint:
 * it makes the repository due, which is looked at as always. Bounded in bytes and in requests at once.
 */
export class ReceiveWebhook {
  /** Stands in where there is no secret, so that every refusal takes the same way. */
  readonly #nobodysSecret = randomBytes(32).toString('base64');
  readonly #deliveries = new LRUCache<string, true>({ max: REMEMBERED_DELIVERIES });

  constructor(private readonly ports: WebhookPorts) {}

  async execute(request: WebhookRequest): Promise<WebhookAnswer> {
    const seat = await this.ports.seats.take();
    if (seat === undefined) return 'BUSY';
    try {
      return await this.#receive(request, seat);
    } finally {
      seat.leave();
    }
  }

  async #receive({ repository, scheme, headers, body }: WebhookRequest, seat: Seat): Promise<WebhookAnswer> {
    const startedAt = this.ports.tracer.now();
    const secret = repository === undefined ? undefined : await this.ports.secretOf(repository);
    const check = scheme.begin(headers, secret ?? this.#nobodysSecret, this.ports.clock.now());
    if (check === undefined) return 'REFUSED';
    const read = await readBounded(body, seat, (chunk) => check.update(chunk));
    if (read === 'TOO_LARGE' || read === 'BUSY') return read;
    if (!check.matches() || repository === undefined || secret === undefined) return 'REFUSED';
    const delivery = scheme.deliveryOf(headers);
    const key = delivery === undefined ? undefined : `${repository} ${delivery}`;
    if (key !== undefined && this.#deliveries.has(key)) return 'ACCEPTED';
    const traceparent = headers['traceparent'];
    await this.#take(repository, scheme.isAboutRefs(headers), read.kept, { startedAt, traceparent: typeof traceparent === 'string' ? traceparent : undefined });
    if (key !== undefined) this.#deliveries.set(key, true);
    return 'ACCEPTED';
  }

  async #take(repository: RepositoryId, isAboutRefs: boolean, body: Uint8Array | undefined, from: { readonly startedAt: Date; readonly traceparent: string | undefined }): Promise<void> {
    const news = readPush(isAboutRefs, body);
    const isWanted = news.kind === 'REFS' ? concerns(news, await this.ports.refsOf(repository)) : concerns(news, []);
    this.ports.log.debug('a webhook came', { repositoryId: repository, news: news.kind, isWanted });
    if (!isWanted) return;
    const { ids, tracer } = this.ports;
    const parent = parseTraceparent(from.traceparent);
    const at = traceUnder(parent, ids.uuid(), 'webhook');
    await this.ports.hint(repository, formatTraceparent(at));
    tracer.record({ name: 'webhook', at, parentId: parent?.spanId, startedAt: from.startedAt, endedAt: tracer.now(), attributes: { 'capstan.repository': repository } });
  }
}

/** Feeds every byte to `see`; keeps them only while they are few enough to be parsed. BUSY: the seat was wanted back before the end came. */
async function readBounded(body: AsyncIterable<Uint8Array>, seat: Seat, see: (chunk: Uint8Array) => void): Promise<'TOO_LARGE' | 'BUSY' | { readonly kept: Uint8Array | undefined }> {
  const parts = body[Symbol.asyncIterator](); // no `for await`: a part that never comes could not be left
  const came = seat.waitForSender();
  let size = 0;
  const chunks: Uint8Array[] = [];
  for (;;) {
    const part = await Promise.race([parts.next(), seat.evicted]);
    if (part === 'EVICTED') return 'BUSY';
    if (part.done === true) break;
    size += part.value.length;
    if (size > MAX_BODY_BYTES) return 'TOO_LARGE';
    see(part.value);
    if (size <= MAX_READ_BYTES) chunks.push(part.value);
    else chunks.length = 0;
  }
  came();
  return { kept: size <= MAX_READ_BYTES ? Buffer.concat(chunks) : undefined };
}
