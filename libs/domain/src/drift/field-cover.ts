import type { KubeObject } from '../object/kube-object.js';
import { OWNER_ANNOTATION, TARGET_LABEL } from '../object/ownership.js';
import { holdsField, type FieldManager } from './field-managers.js';
import { formatPath, type PathStep } from './field-paths.js';
import { parsePointer, pointsAt, type FieldPointer } from './field-pointer.js';
import type { IgnoreRule } from './ignore-rule.js';

/** Which fields of one object are not ours to decide. What is covered is neither drift nor put back, and an apply sends it as it is live. */
export interface FieldCover {
  readonly isWhole: boolean;
  readonly pointers: readonly FieldPointer[];
  /** Whatever these managers hold. */
  readonly managers: readonly string[];
  /** Fields as `formatPath` spells them, and what is inside of them. */
  readonly fields: readonly string[];
}

export const NO_COVER: FieldCover = Object.freeze({ isWhole: false, pointers: [], managers: [], fields: [] });
/** Our marks: without them we would lose sight of the object. No rule covers them. */
const MARKS: readonly (readonly string[])[] = [['metadata', 'annotations', OWNER_ANNOTATION], ['metadata', 'labels', TARGET_LABEL]];

/** What a rule covers of an object that it is about. */
export function coverOfRule({ jsonPointers = [], managers = [] }: IgnoreRule): FieldCover {
  const pointers = jsonPointers.map(parsePointer).filter((pointer) => pointer !== undefined);
  return { isWhole: jsonPointers.length === 0 && managers.length === 0, pointers, managers, fields: [] };
}

export function joinCovers(covers: readonly FieldCover[]): FieldCover {
  return {
    isWhole: covers.some(({ isWhole }) => isWhole),
    pointers: covers.flatMap(({ pointers }) => pointers),
    managers: covers.flatMap(({ managers }) => managers),
    fields: covers.flatMap(({ fields }) => fields),
  };
}

export function isNoCover({ isWhole, pointers, managers, fields }: FieldCover): boolean {
  return !isWhole && pointers.length === 0 && managers.length === 0 && fields.length === 0;
}

/**
 * Whether a field is covered. Pure.
 *
 * @param declared the object as Git declares it
 * @param managers of the live object
 */
export function isCovered(path: readonly PathStep[], cover: FieldCover, declared: KubeObject, managers: readonly FieldManager[]): boolean {
  if (isMark(path)) return false;
  if (cover.isWhole || cover.pointers.some((pointer) => pointsAt(pointer, path, declared))) return true;
  if (cover.fields.length > 0 && path.some((_step, index) => cover.fields.includes(formatPath(path.slice(0, index + 1))))) return true;
  return cover.managers.length > 0 && managers.some(({ manager, fields }) => cover.managers.includes(manager) && holdsField(fields, path));
}

function isMark(path: readonly PathStep[]): boolean {
  return MARKS.some((mark) => mark.length === path.length && mark.every((name, index) => path[index]?.kind === 'field' && path[index].name === name));
}
