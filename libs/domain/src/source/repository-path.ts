/**
 * Resolves `reference`, as written in a file of `directory`, to a path from the root of the repository, without `.` and `..`.
 * Undefined when it is absolute, leaves the repository, or holds a NUL or a line break. Pure; says nothing about existence.
 */
export function resolveRepositoryPath(directory: string, reference: string): string | undefined {
  if (reference.startsWith('/') || /[\u0000-\u001f\u007f]/.test(reference)) return undefined;
  const segments: string[] = [];
  for (const segment of `${directory}/${reference}`.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join('/');
}
