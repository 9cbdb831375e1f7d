import type { Json, JsonObject } from '#kernel';
import { withAt, withDefaults } from '../json/change-json.js';
import { isObject, listAt, objectAt, stringAt } from '../json/read-json.js';

const PROBE: JsonObject = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

/** Defaults of a pod spec, so that comparing with what was applied meets the same extra fields as on a real server. */
export function withPodDefaults(spec: JsonObject): JsonObject {
  const account = stringAt(spec, 'serviceAccountName') ?? stringAt(spec, 'serviceAccount');
  const filled = withDefaults(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
  });
  const containers = mapAt(mapAt(filled, 'containers', withContainerDefaults), 'initContainers', withContainerDefaults);
  return mapAt(containers, 'volumes', withVolumeDefaults);
}

/** `spec` with each object of the list at `name` changed; a missing list stays missing. */
export function mapAt(spec: JsonObject, name: string, change: (item: JsonObject) => JsonObject): JsonObject {
  if (spec[name] === undefined) return spec;
  return withAt(spec, [name], listAt(spec, name).map((item): Json => (isObject(item) ? change(item) : item)));
}

function withContainerDefaults(container: JsonObject): JsonObject {
  const image = stringAt(container, 'image') ?? '';
  const tag = /:([^:/@]+)$/.exec(image)?.[1] ?? (image.includes('@') ? 'digest' : 'latest');
  const filled = withDefaults(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: tag === 'latest' ? 'Always' : 'IfNotPresent',
  });
  const probed = ['livenessProbe', 'readinessProbe', 'startupProbe'].reduce((done, name) => (isObject(done[name]) ? withAt(done, [name], withProbeDefaults(done[name])) : done), filled);
  return mapAt(mapAt(probed, 'ports', (port) => withDefaults(port, { protocol: 'TCP' })), 'env', withEnvDefaults);
}

function withProbeDefaults(probe: JsonObject): JsonObject {
  return withDefaults(probe, { ...PROBE, ...(isObject(probe['httpGet']) ? { httpGet: { path: '/', scheme: 'HTTP' } } : {}) });
}

function withEnvDefaults(variable: JsonObject): JsonObject {
  return isObject(objectAt(variable, 'valueFrom')['fieldRef']) ? withDefaults(variable, { valueFrom: { fieldRef: { apiVersion: 'v1' } } }) : variable;
}

/** Defaults of a volume of a pod, or of a PersistentVolume's source. */
export function withVolumeDefaults(volume: JsonObject): JsonObject {
  const modes = ['configMap', 'secret', 'projected', 'downwardAPI'].filter((source) => isObject(volume[source]));
  const path = isObject(volume['hostPath']) ? { hostPath: { type: '' } } : {};
  const moded = withDefaults(volume, { ...Object.fromEntries(modes.map((source) => [source, { defaultMode: 420 }])), ...path });
  const filled = isObject(moded['downwardAPI']) ? { ...moded, downwardAPI: mapAt(moded['downwardAPI'], 'items', (item) => withDefaults(item, { fieldRef: { apiVersion: 'v1' } })) } : moded;
  return Object.keys(filled).length === 1 && filled['name'] !== undefined ? { ...filled, emptyDir: {} } : filled;
}
