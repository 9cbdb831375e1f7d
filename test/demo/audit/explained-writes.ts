import { PROD_EU, type Part } from '../cast/fleet.js';
import type { FleetContent } from '../cast/fleet-repository.js';
import type { Scene } from '../cast/scene.js';

export interface ExplainedWrite {
  /** `patch apps/deployments shop/shop` */
  readonly write: string;
  readonly because: string;
}

const SHOP_DEPLOYMENT = (scene: Scene): string => `patch apps/deployments ${scene.shop}/shop`;

/** Everything that Capstan has to write into the cluster of a part in the story, no more and no less. Pure. */
export function explainedWrites(part: Part, scene: Scene, content: FleetContent): readonly ExplainedWrite[] {
  const install = [
    ...(scene.applyNamespaces === undefined ? [`create namespaces ${scene.shop}`, `create namespaces ${scene.nodeReport}`] : []),
    SHOP_DEPLOYMENT(scene),
    `patch services ${scene.shop}/shop`,
    `patch configmaps ${scene.shop}/shop-settings`,
    `patch apps/${content.onEveryNode ? 'daemonsets' : 'deployments'} ${scene.nodeReport}/node-report`,
    `patch serviceaccounts ${scene.nodeReport}/node-report`,
  ].map((write) => ({ write, because: 'the first release' }));
  const commit = { write: SHOP_DEPLOYMENT(scene), because: 'the new image' };
  const healed = { write: SHOP_DEPLOYMENT(scene), because: 'the edit by hand' };
  const triedAndTakenBack = [{ write: SHOP_DEPLOYMENT(scene), because: 'the release that never became ready' }, { write: SHOP_DEPLOYMENT(scene), because: 'its rollback' }];
  return [...install, commit, ...(part.name === PROD_EU.name ? [healed, ...triedAndTakenBack] : [])];
}
