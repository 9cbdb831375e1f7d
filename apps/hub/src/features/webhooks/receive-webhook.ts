import type { Clock, Log } from '#kernel';
import type { RepositoryId } from '#domain';
import { LRUCache } from 'lru-cache';
import { randomBytes } from 'node:crypto';
import { concerns, readPush } from './read-push.js';
import type { WebhookHeaders, WebhookScheme } from './webhook-scheme.js';

/** A request before anything of its body was looked at. */
export interface WebhookRequest {
  /** undefined: the path names none. */
  readonly repository: RepositoryId | undefined;
  readonly scheme: WebhookScheme;
  readonly headers: WebhookHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** REFUSED: unknown repository, no secret, wrong or missing signature: nobody is told which. */
export type WebhookAnswer = 'ACCEPTED' | 'REFUSED' | 'TOO_LARGE' | 'BUSY';

export interface WebhookPorts {
  readonly secretOf: (repository: RepositoryId) => Promise<string | undefined>;
  readonly refsOf: (repository: RepositoryId) => Promise<readonly string[]>;
  readonly hint: (repository: RepositoryId) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

const MAX_BODY_BYTES = 25 * 1024 * 1024;
/** More than this is verified, but not read: what would take long to parse is simply a hint. */
const MAX_READ_BYTES = 1024 * 1024;
const MAX_AT_ONCE = 4;
const REMEMBERED_DELIVERIES = 10_000;

/**
 * Takes webhooks of Git hosts. The signature is verified over the raw bytes before anything is parsed, and the payload is only a hint:
 * it makes the repository due, which is looked at as always. Bounded in bytes and in requests at once.
 */
export class ReceiveWebhook {
  /** Stands in where there is no secret, so that every refusal takes the same way. */
  readonly #nobodysSecret = randomBytes(32).toString('base64');
  readonly #deliveries = new LRUCache<string, true>({ max: REMEMBERED_DELIVERIES });
  #atOnce = 0;

  constructor(private readonly ports: WebhookPorts) {}

  async execute(request: WebhookRequest): Promise<WebhookAnswer> {
    if (this.#atOnce >= MAX_AT_ONCE) return 'BUSY';
    this.#atOnce += 1;
    try {
      return await this.#receive(request);
    } finally {
      this.#atOnce -= 1;
    }
  }

  async #receive({ repository, scheme, headers, body }: WebhookRequest): Promise<WebhookAnswer> {
    const secret = repository === undefined ? undefined : await this.ports.secretOf(repository);
    const check = scheme.begin(headers, secret ?? this.#nobodysSecret, this.ports.clock.now());
    if (check === undefined) return 'REFUSED';
    const read = await readBounded(body, (chunk) => check.update(chunk));
    if (read === 'TOO_LARGE') return read;
    if (!check.matches() || repository === undefined || secret === undefined) return 'REFUSED';
    const delivery = scheme.deliveryOf(headers);
    const key = delivery === undefined ? undefined : `${repository} ${delivery}`;
    if (key !== undefined && this.#deliveries.has(key)) return 'ACCEPTED';
    await this.#take(repository, scheme.isAboutRefs(headers), read.kept);
    if (key !== undefined) this.#deliveries.set(key, true);
    return 'ACCEPTED';
  }

  async #take(repository: RepositoryId, isAboutRefs: boolean, body: Uint8Array | undefined): Promise<void> {
    const news = readPush(isAboutRefs, body);
    const isWanted = news.kind === 'REFS' ? concerns(news, await this.ports.refsOf(repository)) : concerns(news, []);
    this.ports.log.debug('a webhook came', { repositoryId: repository, news: news.kind, isWanted });
    if (isWanted) await this.ports.hint(repository);
  }
}

/** Feeds every byte to `see`; keeps them only while they are few enough to be parsed. */
async function readBounded(body: AsyncIterable<Uint8Array>, see: (chunk: Uint8Array) => void): Promise<'TOO_LARGE' | { readonly kept: Uint8Array | undefined }> {
  let size = 0;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return 'TOO_LARGE';
    see(chunk);
    if (size <= MAX_READ_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return { kept: size <= MAX_READ_BYTES ? Buffer.concat(chunks) : undefined };
}
