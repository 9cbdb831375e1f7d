/**
 * How the health of a kind is told, in CEL over `object`, by an application or its project. Asked in the order suspended, degraded,
 * progressing, healthy; the first that is true stands, and none is PROGRESSING. It goes before every built-in rule of the kind.
 */
export interface HealthRule {
  /** API group; '' is the core group. */
  readonly group: string;
  readonly kind: string;
  readonly healthy?: string;
  readonly progressing?: string;
  readonly degraded?: string;
  readonly suspended?: string;
  /** A text for people; absent: what the conditions say. */
  readonly message?: string;
}
