import { expect } from '@jest/globals';
import { until } from '#testing';
import { AGENT_NAMESPACE } from './stage/agent-accounts.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import { must } from '../contract/kubernetes/contract-server.js';

describeOnStage('a join token', { clusters: [{ name: 'prod', labels: {} }] }, (promise) => {
  promise('works once: an agent that lost its identity is refused, says so, and joins with a new one', async (stage) => {
    const { agent, admin } = stage.cluster('prod');
    await agent.kill();
    const secrets = must(await admin.resolve('', 'Secret'));
    const joinSecrets = new Set(['capstan-hub', 'capstan-join']);
    for (const { metadata } of must(await admin.list(secrets, { namespace: AGENT_NAMESPACE })).items) {
      if (!joinSecrets.has(metadata.name)) must(await admin.delete(secrets, AGENT_NAMESPACE, metadata.name, { uid: metadata.uid ?? '' }));
    }
    const before = agent.log.length;
    agent.start();
    await until('the agent says that its token is refused', 60_000, () => (/the hub refuses the join token/.test(agent.log.slice(before)) ? true : undefined), () => agent.lastWords());
    expect(agent.isRunning).toBe(true);
    expect(stage.hub.log).toContain('"why":"TOKEN_USED"');
    type Audit = { readonly auditLog: { readonly edges: readonly { readonly node: { readonly action: string; readonly outcome: string } }[] } };
    const { auditLog } = await stage.api.query<Audit>('{ auditLog(first: 20, action: "enrollment.enroll") { edges { node { action outcome } } } }');
    expect(auditLog.edges.map(({ node }) => node.outcome)).toEqual(['DENIED', 'SUCCEEDED']);
    await agent.kill();

    const { stdout, exitCode } = await stage.capstan(['cluster', 'join', 'prod']);
    expect(exitCode).toBe(0);
    const token = /^CAPSTAN_JOIN_TOKEN=(.+)$/m.exec(stdout)?.[1] ?? '';
    agent.start({ CAPSTAN_JOIN_TOKEN: token });
    await stage.untilConnected();
    expect(`${stage.hub.log}${agent.log}`).not.toContain(token);
  });
});
