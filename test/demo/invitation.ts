import { BASE_DEPLOYMENT } from './cast/fleet-repository.js';
import { PROD_EU } from './cast/fleet.js';
import type { Stage } from './cast/stage.js';
import type { DemoOptions } from './options.js';

/** What one can do while everything stays up. Pure. */
export function invitation({ hub, fleet, content, directory, parts, scene }: Stage, kubernetes: DemoOptions['kubernetes']): string {
  const { url, token } = hub.api;
  const image = content.after.slice(content.after.lastIndexOf('/') + 1);
  const next = kubernetes === 'own' ? content.before.slice(content.before.lastIndexOf('/') + 1) : image.replace('1.5.0', '1.6.0');
  const moved = parts.find(({ name }) => name !== PROD_EU.name)?.name ?? PROD_EU.name;
  return `
It all stays up until you press Ctrl-C${kubernetes === 'own' ? ', which also takes everything off your clusters' : ''}.

  API       ${url}/graphiql
  token     ${token}

  export CAPSTAN_SERVER=${url} CAPSTAN_TOKEN=${token}

Three things to try, in another terminal:

  1. See the fleet:            npm run --silent capstan -- get targets -o wide
                               npm run --silent capstan -- describe target/shop-prod@prod-eu
  2. Push a commit yourself:   git clone ${fleet.url} fleet-demo
                               sed -i 's/${image}/${next}/' fleet-demo/${BASE_DEPLOYMENT}
                               git -C fleet-demo commit -am '${next}' && git -C fleet-demo push
                               npm run --silent capstan -- wait app/shop-prod --for=healthy --commit $(git -C fleet-demo rev-parse HEAD)
  3. Move a cluster:           npm run --silent capstan -- label cluster ${moved} env=retired
                               The removal guard asks before an application loses its last cluster, and says how to go on.

More to paste: docs/api.md. Clean up with Ctrl-C here.
Logs${kubernetes === 'own' ? '' : ' and kubeconfigs'}: ${directory}${kubernetes === 'own' ? `\nOn your clusters: kubectl --context ... -n ${scene.shop} get pods` : ''}${kubernetes === 'real' ? `\n\n  kubectl --kubeconfig ${directory}/prod-eu.kubeconfig -n ${scene.shop} get deployments` : ''}`;
}
