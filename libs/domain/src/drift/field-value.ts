import type { Json } from '#kernel';
import { fieldOf, isJsonList } from '../json/read-json.js';
import type { KubeObject } from '../object/kube-object.js';
import { foldStringData } from '../object/secret-data.js';
import type { PathStep } from './field-paths.js';
import { hasKeys } from './merge-keys.js';

/** The value at a path of an object; undefined where it is not there. */
export function valueAt(object: KubeObject, path: readonly PathStep[]): Json | undefined {
  let at: Json | undefined = foldStringData(object);
  for (const step of path) at = stepInto(at, step);
  return at;
}

/**
 * The path of a list item on the way to `path` of which the object has several. Whoever adds a second item under the same keys changes
 * what the first one means, without touching it.
 */
export function duplicateOnTheWay(object: KubeObject, path: readonly PathStep[]): readonly PathStep[] | undefined {
  let at: Json | undefined = foldStringData(object);
  for (const [index, step] of path.entries()) {
    if (step.kind === 'key' && isJsonList(at) && at.filter((item) => hasKeys(item, step.keys)).length > 1) return path.slice(0, index + 1);
    at = stepInto(at, step);
  }
  return undefined;
}

export function stepInto(value: Json | undefined, step: PathStep): Json | undefined {
  switch (step.kind) {
    case 'field':
      return fieldOf(value, step.name);
    case 'key':
      return isJsonList(value) ? value.find((item) => hasKeys(item, step.keys)) : undefined;
    case 'value':
      return isJsonList(value) ? value.find((item) => item === step.value) : undefined;
    case 'index':
      return isJsonList(value) ? value[step.index] : undefined;
  }
}
