import { err, type Result } from '#kernel';
import type { InvalidRepositorySetting } from './repository.errors.js';

/** A setting of a repository as it is stored, or why it is refused. */
export type Checked<T> = Result<T, InvalidRepositorySetting>;

export function invalid(code: InvalidRepositorySetting['code'], field: readonly string[], rule: string): Checked<never> {
  return err({ code, field, rule });
}
