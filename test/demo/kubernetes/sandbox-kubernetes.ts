import { startSandboxCluster } from '#sandbox';
import { AuditLog } from '#testing';
import { join } from 'node:path';
import { adminClient } from '../../stage/join-cluster.js';
import type { StageBuilder } from '../../stage/stage-builder.js';
import type { DemoHost } from '../cast/cluster.js';
import type { Part } from '../cast/fleet.js';

/** In-memory clusters, one for each part; `<part>.kubeconfig` in `directory` is for people. */
export function startSandboxes(parts: readonly Part[], directory: string, builder: StageBuilder): Promise<readonly DemoHost[]> {
  return Promise.all(
    parts.map(async ({ name }): Promise<DemoHost> => {
      const auditLogPath = join(directory, `${name}.audit.log`);
      const sandbox = await startSandboxCluster({ name, auditLogPath, simulator: { readyAfterMs: 300 } });
      builder.adopt(() => sandbox.stop());
      await sandbox.writeKubeconfig(join(directory, `${name}.kubeconfig`));
      const admin = adminClient(sandbox, 'kubectl');
      builder.adopt(async () => admin.close());
      return { server: sandbox.server, caPem: sandbox.caPem, tokenFor: (namespace, account) => sandbox.tokenFor(namespace, account), admin, auditLog: new AuditLog(auditLogPath), install: undefined };
    }),
  );
}
