import { Module } from '@nestjs/common';
import { AuditReadModel } from './audit.read-model.js';
import { AuditResolver } from './audit.resolver.js';

@Module({ providers: [AuditReadModel, AuditResolver] })
export class AuditModule {}
