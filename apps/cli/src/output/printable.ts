// Control characters but for newline and tab. Colours begin with one too.
const UNPRINTABLE = /\u001b\[[0-9;]*m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text from a cluster, without what would command the terminal that it is printed on. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '');
}
