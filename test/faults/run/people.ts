import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mutation } from '../check/evidence.js';

const ATTEMPT_MS = 4_000;
const PATIENCE_MS = 90_000;
const REST_MS = 200;

interface Payload {
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly details: { readonly digest?: unknown } | null }[];
}
interface Reply {
  readonly data?: Readonly<Record<string, Payload>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string; readonly retryable?: boolean } }[];
}

/**
 * People at the API, through bad weather: whoever gets no answer asks again with the same idempotency key, until there is one. Every question
 * goes over a connection of its own, so that what one lost harms no other.
 */
export class People {
  readonly mutations: Mutation[] = [];
  private count = 0;

  constructor(
    private readonly port: number,
    private readonly token: string,
    private readonly keyPrefix: string,
  ) {}

  /** A mutation and its confirmation, where removals want one. @throws when it is refused otherwise than by `accepted`, or never answered */
  async ask(name: string, application: string, input: Readonly<Record<string, unknown>>, accepted: readonly string[] = []): Promise<Mutation> {
    const first = await this.once(name, application, input);
    const [refusal] = first.refusals;
    if (refusal === undefined || accepted.includes(refusal)) return first;
    const digest = digestOf(first.answer);
    if (refusal === 'REMOVAL_NEEDS_CONFIRMATION' && digest !== undefined) return this.ask(name, application, { ...input, confirmRemovals: digest }, accepted);
    throw new Error(`${name} of ${application} was refused: ${JSON.stringify(first.answer)}`);
  }

  /** Asks everything that was granted once more, with its old key. */
  async askAgain(): Promise<readonly Mutation[]> {
    const again: Mutation[] = [];
    for (const mutation of this.mutations) {
      if (mutation.refusals.length > 0) again.push(mutation);
      else again.push({ ...mutation, secondAnswer: (await this.untilAnswered(mutation.name, mutation.input, mutation.key)).answer });
    }
    return again;
  }

  private async once(name: string, application: string, input: Readonly<Record<string, unknown>>): Promise<Mutation> {
    this.count += 1;
    const key = `${this.keyPrefix}-${this.count}`;
    const sentAt = Date.now();
    const { answer, attempts } = await this.untilAnswered(name, input, key);
    const mutation: Mutation = { name, application, input, key, sentAt, answeredAt: Date.now(), attempts, answer, secondAnswer: undefined, refusals: answer.userErrors.map(({ code }) => code) };
    this.mutations.push(mutation);
    return mutation;
  }

  private async untilAnswered(name: string, input: Readonly<Record<string, unknown>>, key: string): Promise<{ readonly answer: Payload; readonly attempts: number }> {
    const end = performance.now() + PATIENCE_MS;
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation People($input: ${type}!) { ${name}(input: $input) { clientMutationId ${SELECTIONS[name] ?? ''} userErrors { code message details } } }`;
    for (let attempts = 1; ; attempts += 1) {
      const reply = await this.post({ query, variables: { input: { ...input, clientMutationId: key } } }).catch((error: unknown): Reply => ({ errors: [{ message: String(error), extensions: { retryable: true } }] }));
      const answer = reply.data?.[name];
      if (answer !== undefined && reply.errors === undefined) return { answer, attempts };
      const fatal = reply.errors?.find(({ extensions }) => ['BAD_REQUEST', 'DOCUMENT_REFUSED', 'FORBIDDEN', 'IDEMPOTENCY_KEY_REUSED'].includes(extensions?.code ?? ''));
      if (fatal !== undefined || performance.now() > end) throw new Error(`${name} (${key}) was not answered in ${attempts} attempts: ${JSON.stringify(reply.errors)}`);
      await sleep(REST_MS);
    }
  }

  private post(body: object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: this.port, path: '/graphql', method: 'POST', agent: false, headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          try {
            resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Reply);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
      const late = setTimeout(() => asked.destroy(new Error('no answer in time')), ATTEMPT_MS);
      asked.once('close', () => clearTimeout(late));
      asked.once('error', reject);
      asked.end(JSON.stringify(body));
    });
  }
}

/** What of the answer is compared when the same is asked again. */
const SELECTIONS: Readonly<Record<string, string>> = {
  createApplication: 'application { id }', updateApplication: 'application { id }', createRepository: 'repository { id }', syncApplication: 'rollout { id }', labelCluster: 'cluster { id }',
  rollback: 'rollouts { id }', approveGate: 'hasChanged rollout { id }', pauseRollout: 'hasChanged rollout { id }', resumeRollout: 'hasChanged rollout { id }', retryRollout: 'hasChanged rollout { id }', abortRollout: 'hasChanged rollout { id }', promoteStage: 'hasChanged rollout { id }',
};

function digestOf(answer: unknown): string | undefined {
  const digest = (answer as Payload).userErrors[0]?.details?.digest;
  return typeof digest === 'string' ? digest : undefined;
}
