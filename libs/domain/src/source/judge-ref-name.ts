const MAX_REF_LENGTH = 512;
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.$|^\/|\/$|^-/u;

/**
 * Why a text cannot be the name of a branch, tag or full ref, or undefined when it can: the rules of git-check-ref-format(1), and
 * no leading dash. A name that is refused here exists on no server. `HEAD` is allowed. Pure.
 */
export function judgeRefName(name: string): string | undefined {
  if (name === '' || name === '@') return 'a ref has a name';
  if (name.length > MAX_REF_LENGTH) return `a ref has at most ${MAX_REF_LENGTH} characters`;
  if (FORBIDDEN.test(name)) return 'a ref has no white space, control characters, or any of ~ ^ : ? * [ \\ .. @{ // and does not begin with / or - or end with / or .';
  if (name.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'))) return 'no part of a ref begins with a dot or ends with .lock';
  return undefined;
}
