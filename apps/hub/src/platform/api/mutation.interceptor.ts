import type { Json } from '#kernel';
import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { unauthenticated, type Viewer } from '../access/index.js';
import { AuditTrail } from '../audit/index.js';
import { TransactionContext, viewerScope } from '../database/index.js';
import { Idempotency, type IdempotentRequest } from '../idempotency/index.js';
import type { GraphqlContext } from './graphql-context.js';
import type { UserError } from './user-error.js';

interface Payload {
  readonly userErrors: readonly UserError[];
}

/**
 * Every mutation is one transaction: change, transition, outbox, audit and remembered answer commit together or not at all.
 * An answer with user errors undoes whatever was written on the way to it, and leaves only the audit row of the refusal.
 */
@Injectable()
export class MutationInterceptor implements NestInterceptor {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(Idempotency) private readonly idempotency: Idempotency,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType<'http' | 'graphql'>() !== 'graphql') return next.handle();
    const graphql = GqlExecutionContext.create(context);
    const info = graphql.getInfo<{ readonly fieldName: string; readonly parentType: { readonly name: string }; readonly path: { readonly key: string | number } }>();
    if (info.parentType.name !== 'Mutation') return next.handle();
    const { viewer, idempotencyKey } = graphql.getContext<GraphqlContext>();
    if (viewer === undefined) throw unauthenticated();
    const { input } = graphql.getArgs<{ readonly input?: Readonly<Record<string, unknown>> }>();
    const clientMutationId = typeof input?.['clientMutationId'] === 'string' ? input['clientMutationId'] : undefined;
    const key = clientMutationId ?? (idempotencyKey === undefined ? undefined : `${idempotencyKey}/${info.path.key}`);
    const request = key === undefined ? undefined : { key, operation: info.fieldName, input: toJson({ ...input, clientMutationId: undefined }) };
    return from(
      this.tx.run(viewerScope(viewer), async () => {
        const answer = await this.#once(viewer, request, info.fieldName, () => lastValueFrom(next.handle()));
        return { ...answer, clientMutationId: clientMutationId ?? null };
      }),
    );
  }

  #once(viewer: Viewer, request: IdempotentRequest | undefined, operation: string, work: () => Promise<unknown>): Promise<object> {
    return this.#undoIfRefused(operation, async () => {
      const first = request === undefined ? undefined : await this.idempotency.claim(viewer, request);
      if (first !== undefined) return parsePayload(first);
      const payload = parsePayload(await work());
      if (request !== undefined && payload.userErrors.length === 0) await this.idempotency.remember(viewer, request, payload);
      return payload;
    });
  }

  async #undoIfRefused(operation: string, work: () => Promise<Payload>): Promise<Payload> {
    const payload = await this.tx.savepoint(async () => {
      const value = await work();
      return { keep: value.userErrors.length === 0, value };
    });
    if (payload.userErrors.length > 0) {
      const reason = payload.userErrors.map((error) => error.code).join(',');
      await this.audit.record({ action: operation, object: { kind: 'Operation', id: operation }, outcome: 'REFUSED', reason });
    }
    return payload;
  }
}

/** A mutation that answers without `userErrors` breaks the contract of the API, and would escape the undo. */
function parsePayload(value: unknown): Payload {
  if (typeof value === 'object' && value !== null && 'userErrors' in value && Array.isArray(value.userErrors)) return value as Payload;
  throw new Error('a mutation must answer a payload with userErrors');
}

/** Input as GraphQL parsed it: plain values and dates. */
function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
