import type { Permission } from '#domain';
import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { DateTime, MutationInput, MutationPayload, PermissionEnum, type Viewer } from '../../platform/api/index.js';
import type { ApiToken } from './api-tokens.read-model.js';

@ObjectType('Principal', { description: 'A person or a program that uses the API.' })
export class PrincipalType {
  @Field(() => ID, { description: 'Its id, as the audit log names it.' }) id!: string;
  @Field(() => String, { description: 'Unique name.' }) name!: string;
}

@ObjectType('Viewer', { description: 'Who asks.' })
export class ViewerType {
  @Field(() => PrincipalType, { description: 'The principal behind the token.' }) principal!: PrincipalType;
  @Field(() => [PermissionEnum], { description: 'What the token grants.' }) permissions!: Permission[];
  @Field(() => [String], { description: 'E-mail addresses that the token carries.' }) emails!: string[];
}

@ObjectType('ApiToken', { description: 'An API token. Its secret is told once, when it is created.' })
export class ApiTokenType {
  @Field(() => ID, { description: 'Its id.' }) id!: string;
  @Field(() => String, { description: 'Name, unique among the tokens of its principal.' }) name!: string;
  @Field(() => String, { description: 'How the token begins: cap_<prefix>_.' }) prefix!: string;
  @Field(() => [String], { description: 'Permissions that it is cut down to; * for all of its principal.' }) scopes!: string[];
  @Field(() => [String], { description: 'E-mail addresses of the person who uses it, by which authors of commits are told; empty: not known.' }) emails!: string[];
  @Field(() => DateTime, { description: 'When it was created.' }) createdAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it stops working; null for never.' }) expiresAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was revoked; null if it was not.' }) revokedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was last used, give or take five minutes; null if never.' }) lastUsedAt!: Date | null;
}

@InputType()
export class CreateApiTokenInput extends MutationInput {
  @Field(() => String, { description: 'A DNS label, unique among your tokens in force.' }) name!: string;
  @Field(() => [String], { nullable: true, description: 'Permissions such as cluster:read, all of which you hold; absent: everything you may.' }) scopes?: string[] | null;
  @Field(() => DateTime, { nullable: true, description: 'When it stops working; absent for never.' }) expiresAt?: Date | null;
  @Field(() => [String], { nullable: true, description: 'E-mail addresses of the person who will use it, at most 8, as commits name them; absent: those of your own token. Where your token has some, no others can be given.' })
  emails?: string[] | null;
}

@ObjectType()
export class CreateApiTokenPayload extends MutationPayload {
  @Field(() => ApiTokenType, { nullable: true, description: 'The token; null when it was refused.' }) apiToken!: ApiTokenType | null;
  @Field(() => String, { nullable: true, description: 'The secret text. It is told here and never again.' }) token!: string | null;
}

@InputType()
export class RevokeApiTokenInput extends MutationInput {
  @Field(() => ID, { description: 'Id of the token.' }) id!: string;
}

@ObjectType()
export class RevokeApiTokenPayload extends MutationPayload {
  @Field(() => ApiTokenType, { nullable: true, description: 'The token, revoked; null when it was refused.' }) apiToken!: ApiTokenType | null;
}

export function toViewerType(viewer: Viewer): ViewerType {
  return { principal: { id: viewer.principalId, name: viewer.name }, permissions: [...viewer.permissions], emails: [...(viewer.emails ?? [])] };
}

export function toApiTokenType(token: ApiToken): ApiTokenType {
  return {
    id: token.id, name: token.name, prefix: token.prefix, scopes: [...token.scopes], emails: [...token.emails], createdAt: token.createdAt,
    expiresAt: token.expiresAt ?? null, revokedAt: token.revokedAt ?? null, lastUsedAt: token.lastUsedAt ?? null,
  };
}
