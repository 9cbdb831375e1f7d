import type { Json, JsonObject } from '#kernel';
import { fieldOf, isJsonObject } from '../json/read-json.js';

/**
 * Lists of built-in kinds whose items are told apart by members, by the name of the list; several spellings where the same name
 * serves several lists (`ports` of containers and of Services): the first whose members an item has is its identity.
 */
const MERGE_KEYS: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ['containers', [['name']]],
  ['initContainers', [['name']]],
  ['ephemeralContainers', [['name']]],
  ['env', [['name']]],
  ['volumes', [['name']]],
  ['volumeMounts', [['mountPath']]],
  ['volumeDevices', [['devicePath']]],
  ['ports', [['containerPort', 'protocol'], ['port', 'protocol']]],
  ['imagePullSecrets', [['name']]],
  ['secrets', [['name']]],
  ['hostAliases', [['ip']]],
  ['topologySpreadConstraints', [['topologyKey', 'whenUnsatisfiable']]],
  ['resourceClaims', [['name']]],
  ['webhooks', [['name']]],
  ['ownerReferences', [['uid']]],
  ['matchConditions', [['name']]],
]);

/** Members that the server fills in, so that an item in Git may lack them. */
const DEFAULTS: JsonObject = { protocol: 'TCP' };

/** The members that tell an item apart, defaults filled in; undefined when the list is not known or the item lacks them. */
export function mergeKeysOf(listName: string, item: Json): JsonObject | undefined {
  for (const names of MERGE_KEYS.get(listName) ?? []) {
    const keys = names.map((name) => [name, fieldOf(item, name) ?? DEFAULTS[name]] as const);
    if (keys.every(([, value]) => value !== undefined)) return Object.fromEntries(keys);
  }
  return undefined;
}

/** Whether an item is the one that `keys` means. It has one of the keys at least; one that it lacks is filled in by the server. */
export function hasKeys(item: Json, keys: JsonObject): boolean {
  if (!isJsonObject(item)) return false;
  const present = Object.entries(keys).filter(([name]) => Object.hasOwn(item, name));
  return present.length > 0 && present.every(([name, value]) => item[name] === value);
}
