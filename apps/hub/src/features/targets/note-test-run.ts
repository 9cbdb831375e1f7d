import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { TargetView } from './target-view.js';

/** Writes down who runs tests in which cluster, and who reads what they said, before anything of it is told: logs hold what their programs say. */
@Injectable()
export class NoteTestRun {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  async execute(viewer: Viewer, target: TargetView, action: 'runTests' | 'testLogs', run: string): Promise<void> {
    await this.tx.run(viewerScope(viewer, target.project), () =>
      this.audit.record({ action, object: { kind: 'Target', id: target.id }, projectId: target.project, outcome: 'SUCCEEDED', after: { run } }),
    );
  }
}
