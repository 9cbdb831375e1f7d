import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { LogQuestion } from '#wire';
import type { TargetView } from './target-view.js';

/** Writes down who reads the log of which pod, before anything of it is told: logs hold what their programs say, secrets too. */
@Injectable()
export class NoteLogAccess {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  async execute(viewer: Viewer, target: TargetView, { namespace, pod, container, previous, follow }: Omit<LogQuestion, 'target'>): Promise<void> {
    await this.tx.run(viewerScope(viewer), () =>
      this.audit.record({
        action: follow ? 'followPodLogs' : 'podLogs', object: { kind: 'Pod', id: `${target.id}/${namespace}/${pod}` }, projectId: target.project, outcome: 'SUCCEEDED',
        after: { namespace, pod, container: container ?? null, previous },
      }),
    );
  }
}
