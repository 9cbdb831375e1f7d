import { parseAnyGlobalId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { CurrentViewer, parsePage, RequirePermission, toConnection, type Viewer } from '../../platform/api/index.js';
import { AuditEntryConnection, AuditLogArgs, toAuditEntryType } from './audit.graphql.js';
import { AuditReadModel } from './audit.read-model.js';

@Resolver()
export class AuditResolver {
  constructor(@Inject(AuditReadModel) private readonly audit: AuditReadModel) {}

  @Query(() => AuditEntryConnection, { description: 'The audit log, newest first.' })
  @RequirePermission('audit:read')
  async auditLog(@CurrentViewer() viewer: Viewer, @Args() args: AuditLogArgs): Promise<AuditEntryConnection> {
    const given = args.objectId ?? undefined;
    const objectId = given === undefined ? undefined : (parseAnyGlobalId(given)?.id ?? given);
    const page = parsePage(args, ['auditLog', args.action ?? null, objectId ?? null], ['TIME']);
    const entries = await this.audit.list(viewer, { action: args.action ?? undefined, objectId }, page);
    return toConnection(entries, page, (entry) => ({ key: [entry.at.toISOString()], id: entry.id }), toAuditEntryType);
  }
}
