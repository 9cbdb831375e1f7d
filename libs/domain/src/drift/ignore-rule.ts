import type { ObjectPattern } from '../application/object-pattern.js';

/**
 * Differences that are not drift, by an application or its project. A field that a rule covers is neither healed nor reported, and a new
 * release leaves it as it is live. Without pointers and managers the whole object is covered.
 */
export interface IgnoreRule extends ObjectPattern {
  /** RFC 6901: `/spec/replicas`. */
  readonly jsonPointers?: readonly string[];
  /** Fields that these field managers hold. */
  readonly managers?: readonly string[];
  /** CEL over `object`, the live one: the rule holds only where it is true. */
  readonly when?: string;
}
