import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, tokenCredentials } from '#kube';
import { startSandboxCluster } from '#sandbox';
import { AuditLog, BROKEN_TAG } from '#testing';
import { createRawClient } from './raw-request.js';
import { kubernetesSurfaceContract } from './kubernetes-surface.contract.js';

kubernetesSurfaceContract('sandbox', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-sandbox-'));
  const auditLogPath = join(directory, 'audit.log');
  const cluster = await startSandboxCluster({ name: 'contract', auditLogPath, simulator: { readyAfterMs: 20, brokenTag: BROKEN_TAG } });
  const { server, caPem, token } = cluster.connection;
  const connection = { server, caPem, credentials: tokenCredentials(token) };
  const client = createKubeClient(connection);
  const raw = createRawClient(connection);
  return {
    client,
    ask: raw.ask,
    auditLog: new AuditLog(auditLogPath),
    expireHistory: () => Promise.resolve(cluster.forgetHistory()),
    stop: async () => {
      client.close();
      raw.close();
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
