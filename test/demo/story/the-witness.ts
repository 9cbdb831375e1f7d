import { checkAuditLog } from '../audit/check-audit-log.js';
import { explainedWrites } from '../audit/explained-writes.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { clusterNamed } from './live-objects.js';

/** The last word belongs to the API servers: their audit logs hold the writes that the story explains, and no other. */
export async function theAuditLogsAgree(stage: Stage, narrator: Narrator): Promise<void> {
  if (stage.clusters.some(({ host }) => host.auditLog === undefined)) return;
  narrator.chapter('8. What the API servers saw');
  const lines = await narrator.step('the audit log of each: every write is explained, and nothing was deleted', async () =>
    stage.parts.map((part) => {
      const entries = clusterNamed(stage, part.name).host.auditLog?.writes() ?? [];
      const checked = checkAuditLog(entries, explainedWrites(part, stage.scene, stage.content), stage.scene);
      if (!checked.ok) throw new Error(`the audit log of ${part.name} tells another story:\n  ${checked.error.join('\n  ')}`);
      const { writes, deletes, because } = checked.value;
      return `${`${part.name}:`.padEnd(10)} ${writes} writes, ${deletes} deletes   (${[...because].map(([reason, count]) => `${count} for ${reason}`).join(', ')})`;
    }),
  );
  narrator.show(lines.join('\n'));
}
