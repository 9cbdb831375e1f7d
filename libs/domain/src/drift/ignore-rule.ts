import type { ObjectPattern } from '../application/object-pattern.js';

/**
 * Differences that are not drift, by an application or its project. A field that a rule covers is neither healed nor reported, and a new
 * release leaves it as it is live. Pointers and managers together cover what either does; without both the whole object is covered.
 */
export interface IgnoreRule extends ObjectPattern {
  /** RFC 6901: `/spec/replicas`. A token may also be `*`, or name a list item by members: `/spec/template/spec/containers/name=app/image`. */
  readonly jsonPointers?: readonly string[];
  /** Fields that these field managers hold. */
  readonly managers?: readonly string[];
  /** CEL over `object`, the live one: the rule holds only where it is true. One that fails does not hold. */
  readonly when?: string;
}
