import type { Json } from '#kernel';
import { fieldOf, isJsonList } from '../json/read-json.js';
import type { PathStep } from './field-paths.js';
import { stepInto } from './field-value.js';

/** The tokens of a JSON pointer, unescaped. */
export type FieldPointer = readonly string[];

/** What stands for every member and every item. */
const EVERY = '*';

/** Reads a pointer of RFC 6901. Its form was checked where the rule was taken; what has none points at nothing. Pure. */
export function parsePointer(text: string): FieldPointer | undefined {
  if (!text.startsWith('/')) return undefined;
  return text.slice(1).split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Whether a pointer names the field at `path`, or something that it is inside of. Beyond RFC 6901 a token may be `*`, or say which item of a list is
 * meant by its members: `name=app`, `containerPort=80,protocol=TCP`. An index counts the items as `declared` has them: what others put
 * into the list does not move it. Pure.
 *
 * @param declared the whole object as Git declares it
 */
export function pointsAt(pointer: FieldPointer, path: readonly PathStep[], declared: Json): boolean {
  if (pointer.length > path.length) return false;
  let at: Json | undefined = declared;
  for (const [index, token] of pointer.entries()) {
    const step = path[index];
    if (step === undefined || !isMeant(token, step, at)) return false;
    at = stepInto(at, step);
  }
  return true;
}

function isMeant(token: string, step: PathStep, at: Json | undefined): boolean {
  if (token === EVERY) return true;
  if (step.kind === 'field') return step.name === token;
  if (/^\d+$/.test(token)) return step.kind === 'index' ? step.index === Number(token) : isJsonList(at) && at.indexOf(stepInto(at, step) ?? null) === Number(token);
  if (step.kind === 'value') return String(step.value) === token;
  const item = stepInto(at, step);
  const members = token.split(',').map((member) => [member.slice(0, member.indexOf('=')), member.slice(member.indexOf('=') + 1), member.includes('=')] as const);
  return members.every(([name, value, isMember]) => isMember && String(fieldOf(item, name) ?? (step.kind === 'key' ? step.keys[name] : undefined)) === value);
}
