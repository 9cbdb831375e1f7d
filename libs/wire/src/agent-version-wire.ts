import { foreignLine } from '#kernel';

const MAX_VERSION = 64;

/** The version that an agent says it has, as it may be kept and shown. */
export function decodeAgentVersion(text: string): string {
  return foreignLine(text, MAX_VERSION);
}
