import { err, ok, type Result } from '#kernel';
import { quoteAnnotation, type AnnotationFault } from '../object/annotation-fault.js';
import type { ObjectMeta } from '../object/kube-object.js';
import type { HookDialect } from './hook.types.js';
import type { Spelling } from './hook-words.js';

/** What an annotation with words and commas says. */
export interface Said<T> {
  readonly dialect: HookDialect;
  readonly annotation: string;
  readonly means: ReadonlySet<T>;
}

/**
 * What the first of the annotations that is there says; undefined where none is. A word that is not known, or one that means "never" beside
 * others, is refused: what nobody understands must not run, and must not be left out in silence. Pure.
 */
export function readWords<T>({ annotations }: ObjectMeta, spellings: readonly Spelling<T>[]): Result<Said<T> | undefined, AnnotationFault> {
  if (annotations === undefined) return ok(undefined);
  const spelling = spellings.find(({ annotation }) => annotations[annotation] !== undefined);
  if (spelling === undefined) return ok(undefined);
  const { annotation, dialect, words, foldsCase } = spelling;
  const said = (annotations[annotation] ?? '').split(',').map((word) => (foldsCase ? word.trim().toLowerCase() : word.trim()));
  const unknown = said.find((word) => !words.has(word));
  if (unknown !== undefined) return err({ annotation, problem: `says ${quoteAnnotation(unknown)}, which is none of ${[...words.keys()].join(', ')}` });
  if (dialect === 'ARGO_CD' && said.length > 1 && said.some((word) => words.get(word)?.length === 0)) {
    return err({ annotation, problem: `says ${quoteAnnotation(said.join(','))}: an object that is skipped has no other phase` });
  }
  return ok({ dialect, annotation, means: new Set(said.flatMap((word) => words.get(word) ?? [])) });
}
