/**
 * Why a YAML text was refused, and where. `message` is safe to show and to log: it names keys and anchors, never values,
 * which may be secrets.
 */
export interface YamlFailure {
  /** YAML_LIMIT: too deep, too many aliases, too many values. */
  readonly code: 'INVALID_YAML' | 'DUPLICATE_KEY' | 'YAML_LIMIT';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** The key that stands twice, for DUPLICATE_KEY. */
  readonly key?: string;
  readonly message: string;
}
