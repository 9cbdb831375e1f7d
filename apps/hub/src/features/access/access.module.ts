import { Module } from '@nestjs/common';
import { AccessResolver } from './access.resolver.js';
import { ApiTokenReadModel } from './api-tokens.read-model.js';
import { CreateApiToken } from './create-api-token.js';
import { RevokeApiToken } from './revoke-api-token.js';

@Module({ providers: [AccessResolver, ApiTokenReadModel, CreateApiToken, RevokeApiToken] })
export class AccessModule {}
