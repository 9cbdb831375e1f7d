import type { FieldIssue } from '../field-issue.js';
import type { GitWriteForm } from '../git-write/git-write.js';
import { parseName } from '../names.js';
import { normalizeSourcePath } from './normalize-source-path.js';

/** From where an application gets its content: releases of another one are carried to its path by commits of the hub. */
export interface PromotionSpec {
  /** Name of an application of the same project, in the same repository. */
  readonly application: string;
  /** How long all of its targets must have been well with the release. */
  readonly soakMs: number;
  readonly as: GitWriteForm;
  /** Paths below the application's own that stay as they are. */
  readonly keep: readonly string[];
}

export interface PromotionInput {
  readonly application: string;
  readonly soak?: number | null | undefined;
  readonly as?: GitWriteForm | null | undefined;
  readonly keep?: readonly string[] | null | undefined;
}

export const DEFAULT_SOAK_MS = 10 * 60_000;
export const MAX_SOAK_MS = 30 * 24 * 60 * 60_000;
export const MAX_KEPT_PATHS = 64;

/** The promotion with its defaults, and what is wrong with it; the value counts only without issues. Pure. */
export function promotionOf(input: PromotionInput | null | undefined): { readonly value: PromotionSpec | undefined; readonly issues: readonly FieldIssue[] } {
  if (input === null || input === undefined) return { value: undefined, issues: [] };
  const issues: FieldIssue[] = [];
  const { application, soak, as } = input;
  const keep = input.keep ?? [];
  const at = (...path: readonly string[]): readonly string[] => ['promoteFrom', ...path];
  if (!parseName(application).ok) issues.push({ code: 'INVALID_NAME', path: at('application'), message: `${JSON.stringify(application.slice(0, 80))} is not the name of an application.` });
  const soakMs = soak ?? DEFAULT_SOAK_MS;
  if (soakMs < 0 || soakMs > MAX_SOAK_MS) issues.push({ code: 'INVALID_VALUE', path: at('soak'), message: 'The soak is 0s to 720h.' });
  if (keep.length > MAX_KEPT_PATHS) issues.push({ code: 'TOO_MANY', path: at('keep'), message: `At most ${MAX_KEPT_PATHS} paths are kept.` });
  const kept = keep.slice(0, MAX_KEPT_PATHS).map(normalizeSourcePath);
  for (const [index, one] of kept.entries()) {
    if (!one.ok) issues.push({ code: 'INVALID_PATH', path: at('keep', String(index)), message: `${JSON.stringify((keep[index] ?? '').slice(0, 80))}: ${one.error}.` });
    else if (one.value === '') issues.push({ code: 'INVALID_PATH', path: at('keep', String(index)), message: 'To keep everything is to promote nothing: name a file or a directory below the path.' });
  }
  return { value: { application, soakMs, as: as ?? 'COMMIT', keep: [...new Set(kept.flatMap((one) => (one.ok ? [one.value] : [])))] }, issues };
}
