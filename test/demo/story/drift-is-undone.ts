import { PROD_EU } from '../cast/fleet.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { expectThat } from './expect-that.js';
import { clusterNamed, shopOf, shopReplicas } from './live-objects.js';
import { untilTargets } from './watch-target.js';

/** As `kubectl edit` names itself. */
export const BY_HAND = 'kubectl-edit';

export async function driftIsShownAndUndone(stage: Stage, narrator: Narrator): Promise<void> {
  const cluster = clusterNamed(stage, PROD_EU.name);
  narrator.chapter('4. Somebody edits a cluster by hand');
  await narrator.step(`kubectl scale deployment/shop --replicas=0, on ${cluster.name}`, async () => {
    const { admin } = cluster.host;
    const { group, kind, namespace, name } = shopOf(stage);
    const resource = await admin.resolve(group, kind);
    const edited = resource.ok ? await admin.mergePatch(resource.value, namespace, name, { spec: { replicas: 0 } }, { fieldManager: BY_HAND }) : resource;
    if (!edited.ok) throw new Error(`${edited.error.code} ${edited.error.message}`);
  });
  const [target] = await narrator.step(
    'the agent sees it and puts it back',
    () =>
      untilTargets(stage, 'shop-prod', 'the drift is healed and reported', (all) => {
        const healed = all.find((t) => t.cluster.name === cluster.name);
        return healed !== undefined && healed.observed.healedCount > 0 && healed.observed.drift.length > 0 && healed.sync === 'SYNCED';
      }).then((all) => all.filter((t) => t.cluster.name === cluster.name)),
    () => 'replicas are 3 again',
  );
  const drifted = target?.observed.drift[0];
  narrator.show(`${drifted?.object.kind ?? ''} ${drifted?.object.name ?? ''}: ${drifted?.fields.join(', ') ?? ''} was changed by ${drifted?.managers.join(', ') ?? ''}`);
  expectThat('the drift names the field manager', drifted?.managers.includes(BY_HAND) === true);
  expectThat('the Deployment has three replicas again', (await shopReplicas(stage, cluster)) === 3);
}
