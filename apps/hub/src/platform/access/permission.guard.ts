import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Permission } from '#domain';
import { AuditTrail } from '../audit/audit-trail.js';
import { viewerScope, TransactionContext } from '../database/index.js';
import { forbidden, unauthenticated } from './access-errors.js';
import { PERMISSION_KEY, PUBLIC_KEY, type ViewerCarrier } from './permission.decorator.js';

/** Default deny: a GraphQL operation without a declared permission is refused, whoever asks. Denials are audited. */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType<'http' | 'graphql'>() !== 'graphql') {
      return this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_KEY, [context.getHandler(), context.getClass()]) === true;
    }
    const graphql = GqlExecutionContext.create(context);
    const { viewer } = graphql.getContext<ViewerCarrier>();
    if (viewer === undefined) throw unauthenticated();
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(PERMISSION_KEY, [context.getHandler(), context.getClass()]);
    if (permission !== undefined && viewer.permissions.has(permission)) return true;
    const action = graphql.getInfo<{ fieldName: string }>().fieldName;
    await this.tx.run(viewerScope(viewer), () =>
      this.audit.record({ action, object: { kind: 'Operation', id: action }, outcome: 'DENIED', reason: permission ?? 'no permission declared' }),
    );
    throw forbidden(permission ?? 'that nobody has: the operation declares none');
  }
}
