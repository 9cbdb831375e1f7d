import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Permission } from '#domain';
import { AuditTrail } from '../audit/audit-trail.js';
import { viewerScope, TransactionContext } from '../database/index.js';
import { forbidden, unauthenticated } from './access-errors.js';
import { PERMISSION_KEY, PUBLIC_KEY, type ViewerCarrier } from './permission.decorator.js';
import type { Viewer } from './viewer.js';

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/**
 * Default deny: a GraphQL field with a resolver that declares no permission is refused, whoever asks. Denials are audited, once for each field of a
 * request, however long the list is that it stands in.
 */
@Injectable()
export class PermissionGuard implements CanActivate {
  readonly #audited = new WeakMap<object, Set<string>>();

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
    const carrier = graphql.getContext<ViewerCarrier>();
    const { viewer } = carrier;
    if (viewer === undefined) throw unauthenticated();
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(PERMISSION_KEY, [context.getHandler(), context.getClass()]);
    if (permission !== undefined && viewer.permissions.has(permission)) return true;
    const { fieldName, parentType } = graphql.getInfo<{ readonly fieldName: string; readonly parentType: { readonly name: string } }>();
    await this.#audit(carrier, viewer, ROOTS.has(parentType.name) ? fieldName : `${parentType.name}.${fieldName}`, permission);
    throw forbidden(permission ?? 'that nobody has: the operation declares none');
  }

  async #audit(request: object, viewer: Viewer, action: string, permission: Permission | undefined): Promise<void> {
    const audited = this.#audited.get(request) ?? new Set();
    this.#audited.set(request, audited);
    if (audited.has(action)) return;
    audited.add(action);
    await this.tx.run(viewerScope(viewer), () =>
      this.audit.record({ action, object: { kind: 'Operation', id: action }, outcome: 'DENIED', reason: permission ?? 'no permission declared' }),
    );
  }
}
