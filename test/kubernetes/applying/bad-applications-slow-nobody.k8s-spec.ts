import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Socket } from 'node:net';
import type { KubeObject } from '#domain';
import { freePorts, until } from '#testing';
import { cm, configMap } from '../../../apps/agent/test/test-agent.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(180_000);

const BAD = ['bad-1', 'bad-2', 'bad-3', 'bad-4', 'bad-5', 'bad-6'];
/** What the API server waits for the webhook, for each object. */
const WEBHOOK_SECONDS = 10;

/** A webhook that takes connections and never answers, asked about whatever carries a label. */
async function blackHole(): Promise<{ readonly close: () => void; readonly configuration: KubeObject }> {
  const [port = 0] = await freePorts(1);
  const held = new Set<Socket>();
  const server = createServer((socket) => held.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const configuration: KubeObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'black-hole' },
    webhooks: [
      {
        name: 'black-hole.example.com', clientConfig: { url: `https://127.0.0.1:${port}/` }, rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE', 'UPDATE'] }],
        objectSelector: { matchLabels: { bad: 'yes' } }, sideEffects: 'None', admissionReviewVersions: ['v1'], failurePolicy: 'Fail', timeoutSeconds: WEBHOOK_SECONDS,
      },
    ],
  };
  const close = (): void => {
    server.close();
    for (const socket of held) socket.destroy();
  };
  return { close, configuration };
}

describeWithKubernetes('applications that hang', () => {
  describe('six applications whose webhook never answers, beside a good one, on real Kubernetes', () => {
    let stage: AgentStage;
    let close: () => void = () => undefined;
    beforeAll(async () => {
      stage = await AgentStage.start();
      const hole = await blackHole();
      close = hole.close;
      must(await stage.admin.create(hole.configuration));
      await stage.ordered('good', [configMap('good', { a: '0' })]);
    }, 180_000);
    afterAll(async () => {
      close();
      await stage.stop();
    }, 60_000);

    it('the good one is applied and healed again and again meanwhile, and the bad ones name the webhook', async () => {
      await until('the webhook is in force', 60_000, async () => {
        const refused = await stage.admin.create(configMap('probe', {}, { namespace: 'shop', labels: { bad: 'yes' } }), { dryRun: true, deadlineMs: 1_500 });
        return refused.ok ? undefined : true;
      });
      const orders = new Map<string, bigint>();
      for (const name of BAD) orders.set(name, await stage.order(name, Array.from({ length: 60 }, (_, index) => configMap(`${name}-${index}`, { a: '1' }, { labels: { bad: 'yes' } }))));
      const resource = must(await stage.admin.resolve('', 'ConfigMap'));
      let turns = 0;
      const said = (name: string): boolean => stage.agent.reports.some((report) => report.generation === orders.get(name) && report.reason === 'WEBHOOK_UNAVAILABLE');
      // As long as any of them hangs for the first time, and ten times at least: none of the waits below would be over if the good one had to wait for all of the bad ones.
      for (; turns < 10 || !BAD.every(said); turns += 1) {
        await stage.ordered('good', [configMap('good', { a: String(turns) })]);
        must(await stage.admin.mergePatch(resource, 'shop', 'good', { data: { a: 'by hand' } }, { fieldManager: 'kubectl-edit' }));
        const healed = await until('the good one is healed', 60_000, async () => ((await stage.live(cm('good')))['data'] as { readonly a: string }).a === String(turns) || undefined);
        expect(healed).toBe(true);
      }
      const { message = '' } = stage.agent.reports.findLast((report) => report.reason === 'WEBHOOK_UNAVAILABLE') ?? {};
      expect(message).toContain('black-hole.example.com');
      expect(message).toMatch(/ConfigMap shop\/bad-\d-\d+/);
      expect(stage.writes().filter((write) => write.includes('bad-'))).toEqual([]);
    });
  });
});
