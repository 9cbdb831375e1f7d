import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { releaseId, type HealthRuleInput, type IgnoreRuleInput } from '#domain';
import { until } from '#testing';
import { ProjectOrders } from '../../src/features/placement/index.js';
import { ProjectPolicyStore } from '../../src/features/project-policy/project-policy.store.js';
import { UpdateProject } from '../../src/features/project-policy/update-project.js';
import { AuditTrail } from '../../src/platform/audit/index.js';
import { Outbox, systemScope } from '../../src/platform/database/index.js';
import { loadOrderMaterial } from '../../src/features/planner/order-material.js';
import { anInput, planningGround, value, type PlanningGround } from './planning-ground.js';

jest.setTimeout(120_000);

const V1 = { 'apps/web/cm.yaml': 'a: 1' };
const OWN: HealthRuleInput = { group: 'example.com', kind: 'Widget', healthy: 'object.status.phase == "Ours"' };
const OF_PROJECT: HealthRuleInput = { group: 'example.com', kind: 'Widget', healthy: 'object.status.phase == "Theirs"' };
const REPLICAS: IgnoreRuleInput = { kind: 'Deployment', jsonPointers: ['/spec/replicas'] };

describe('rules of a project', () => {
  let ground: PlanningGround;
  beforeEach(async () => void (ground = await planningGround()), 60_000);
  afterEach(() => ground.close());

  const update = (rules: { readonly health?: readonly HealthRuleInput[]; readonly ignore?: readonly IgnoreRuleInput[] }): ReturnType<UpdateProject['execute']> =>
    new UpdateProject(ground.tx, new ProjectPolicyStore(ground.tx), new ProjectOrders(ground.placementStore), new AuditTrail(ground.tx, ground.ids), new Outbox(ground.tx, ground.ids)).execute(
      ground.viewer, { project: ground.project, name: 'default', health: rules.health, ignore: rules.ignore, maintenanceWindows: undefined, approvals: undefined, version: undefined },
    );
  const causes = (): Promise<object[]> => ground.rows('SELECT a.name, r.cause FROM rollouts r JOIN applications a ON a.id = r.application_id ORDER BY a.name, r.number');
  async function running(): Promise<void> {
    await ground.joined('c1', { env: 'prod' });
    value(await ground.create('plain'));
    value(await ground.create('special', anInput({ health: [OWN], sync: { ignore: [{ kind: 'ConfigMap' }] } })));
    await ground.push(V1);
    await ground.plan();
    for (const application of ['plain', 'special']) await ground.answer(application, 'c1');
    await ground.plan();
  }

  it('come after those of the application in its orders, which are signed anew', async () => {
    await running();
    expect(await ground.order('plain', 'c1')).not.toHaveProperty('health');
    value(await update({ health: [OF_PROJECT], ignore: [REPLICAS] }));
    await ground.plan();
    expect(await ground.order('plain', 'c1')).toMatchObject({ generation: 3n, health: [OF_PROJECT], sync: { ignore: [REPLICAS] } });
    expect(await ground.order('special', 'c1')).toMatchObject({ generation: 4n, health: [OWN, OF_PROJECT], sync: { ignore: [{ kind: 'ConfigMap' }, REPLICAS] } });
    expect(await causes()).toEqual([{ name: 'plain', cause: 'RELEASE' }, { name: 'plain', cause: 'POLICY' }, { name: 'special', cause: 'RELEASE' }, { name: 'special', cause: 'POLICY' }]);
    value(await update({ health: [], ignore: [] }));
    await ground.plan();
    expect(await ground.order('plain', 'c1')).not.toHaveProperty('health');
  });

  it('that are the same again change nothing: no version, no audit, no order', async () => {
    value(await update({ health: [OF_PROJECT] }));
    await running();
    const before = await ground.order('plain', 'c1');
    expect(before).toMatchObject({ health: [OF_PROJECT] });
    expect(value(await update({ health: [OF_PROJECT] }))).toMatchObject({ version: 2 });
    await ground.plan();
    expect((await ground.order('plain', 'c1')).generation).toBe(before.generation);
    expect(await ground.rows(`SELECT action, object_kind FROM audit_log WHERE action = 'updateProject'`)).toEqual([{ action: 'updateProject', object_kind: 'Project' }]);
  });

  it('wait for an order that is being made, so that their mark is not lost', async () => {
    await running();
    const [release] = await ground.rows<{ id: string }>('SELECT id FROM releases LIMIT 1');
    const [locked, made] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const steps: string[] = [];
    const making = ground.tx.run(systemScope('planner'), async () => {
      await loadOrderMaterial(ground.tx, [releaseId(release?.id ?? '')], 'forOrders');
      locked.resolve();
      await made.promise;
      steps.push('order made');
    });
    await locked.promise;
    const changing = update({ health: [OF_PROJECT] }).then(() => steps.push('changed'));
    await until('the change waits', 10_000, async () => (await ground.rows(`SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`))[0]);
    made.resolve();
    await Promise.all([making, changing]);
    expect(steps).toEqual(['order made', 'changed']);
    await ground.plan();
    expect(await ground.order('plain', 'c1')).toMatchObject({ health: [OF_PROJECT] });
  });
});
