const LONGEST_MESSAGE = 1_000;

/** Kustomize's own words, without paths of this machine, warnings, and the quotations in which it shows whole configurations. */
export function explainKustomize(stderr: string, directory: string): string {
  const text = stderr
    .replaceAll(`${directory}/source/`, '')
    .replaceAll(`${directory}/source`, '.')
    .replaceAll(directory, '')
    .replace(/^# Warning:.*$/gm, '')
    .replace(/`[^`]*(`|$)/g, '`...`')
    .replace(/\s+/g, ' ')
    .replace(/^\s*Error: /, '')
    .trim();
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}...` : text;
}
