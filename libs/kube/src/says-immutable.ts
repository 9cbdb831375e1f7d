import type { FailureCause } from './kube-failure.js';

/** How the validation of built-in kinds, and most rules of custom ones, say it. */
const SAYINGS: readonly RegExp[] = [
  /\bimmutable\b/i,
  /may not be changed/i,
  /may not change once set/i,
  /updates to .+ for fields other than .+ are forbidden/i,
  /updates may not change fields other than/i,
  /updates to \w+ are forbidden/i,
  /cannot change roleRef/i,
  /cannot be (changed|updated|modified) (after|once)/i,
];

/**
 * Whether a refusal of a change says that the field can never change once the object exists: making the object anew would mend it. The server has
 * no code for it, so its words are all there is; words that we do not know are taken for any other fault of the object. Pure.
 */
export function saysImmutable(message: string, causes: readonly FailureCause[]): boolean {
  const said = causes.length > 0 ? causes.map((cause) => cause.message) : [message];
  return said.some((text) => SAYINGS.some((saying) => saying.test(text)));
}
