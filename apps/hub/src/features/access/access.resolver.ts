import { assertNever } from '#kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, userError, type UserError, type Viewer } from '../../platform/api/index.js';
import {
  ApiTokenType, CreateApiTokenInput, CreateApiTokenPayload, RevokeApiTokenInput, RevokeApiTokenPayload, toApiTokenType, toViewerType, ViewerType,
} from './access.graphql.js';
import { ApiTokenReadModel } from './api-tokens.read-model.js';
import { CreateApiToken, type CreateApiTokenFailure } from './create-api-token.js';
import { RevokeApiToken } from './revoke-api-token.js';

@Resolver()
export class AccessResolver {
  constructor(
    @Inject(ApiTokenReadModel) private readonly tokens: ApiTokenReadModel,
    @Inject(CreateApiToken) private readonly create: CreateApiToken,
    @Inject(RevokeApiToken) private readonly revoke: RevokeApiToken,
  ) {}

  @Query(() => ViewerType, { description: 'Who asks, and what they may do.' })
  @RequirePermission('viewer:read')
  viewer(@CurrentViewer() viewer: Viewer): ViewerType {
    return toViewerType(viewer);
  }

  @Query(() => [ApiTokenType], { description: 'The viewer\'s own tokens, newest first.' })
  @RequirePermission('token:read')
  async apiTokens(@CurrentViewer() viewer: Viewer): Promise<ApiTokenType[]> {
    return (await this.tokens.list(viewer)).map(toApiTokenType);
  }

  @Mutation(() => CreateApiTokenPayload, { description: 'Creates a token of the viewer, with no more rights than the one in use.' })
  @RequirePermission('token:write')
  async createApiToken(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What it may do, and for how long.' }) input: CreateApiTokenInput): Promise<CreateApiTokenPayload> {
    const result = await this.create.execute(viewer, { name: input.name, scopes: input.scopes ?? undefined, expiresAt: input.expiresAt ?? undefined, emails: input.emails ?? undefined });
    return result.ok
      ? { apiToken: await this.#view(viewer, result.value.id), token: result.value.token, userErrors: [] }
      : { apiToken: null, token: null, userErrors: [toUserError(result.error)] };
  }

  @Mutation(() => RevokeApiTokenPayload, { description: 'Ends a token of the viewer.' })
  @RequirePermission('token:write')
  async revokeApiToken(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which one.' }) input: RevokeApiTokenInput): Promise<RevokeApiTokenPayload> {
    const result = await this.revoke.execute(viewer, input.id);
    return result.ok ? { apiToken: await this.#view(viewer, input.id), userErrors: [] } : { apiToken: null, userErrors: [userError(result.error.code, ['id'], 'No such token.')] };
  }

  async #view(viewer: Viewer, id: string): Promise<ApiTokenType> {
    const token = await this.tokens.findById(viewer, id);
    if (token === undefined) throw new Error(`token ${id} vanished inside its transaction`);
    return toApiTokenType(token);
  }
}

function toUserError(failure: CreateApiTokenFailure): UserError {
  switch (failure.code) {
    case 'INVALID_NAME': return userError(failure.code, ['name'], `${failure.rule}.`);
    case 'INVALID_SCOPE': return userError(failure.code, ['scopes'], `You do not hold ${failure.scope}.`, 'See viewer.permissions.');
    case 'INVALID_EMAIL': return emailError(failure);
    case 'INVALID_EXPIRY': return userError(failure.code, ['expiresAt'], 'The time is past, or later than that of the token in use.');
    case 'DUPLICATE_TOKEN': return userError(failure.code, ['name'], `You have a token named ${failure.name} already.`);
    default: return assertNever(failure);
  }
}

function emailError({ code, email, because }: Extract<CreateApiTokenFailure, { code: 'INVALID_EMAIL' }>): UserError {
  switch (because) {
    case 'MALFORMED': return userError(code, ['emails'], `${JSON.stringify(email)} is no e-mail address.`, 'Write the bare address, as commits have it between < and >.');
    case 'TOO_MANY': return userError(code, ['emails'], 'A person has at most 8 addresses.');
    case 'OTHERS': return userError(code, ['emails'], 'Your token carries addresses, and a token that it makes carries the same ones.', 'Leave emails out, or have the administrator make the token.');
    default: return assertNever(because);
  }
}
