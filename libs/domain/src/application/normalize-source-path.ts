import { err, ok, type Result } from '#kernel';
import { judgeTreePath } from '../source/judge-tree-entry.js';

/**
 * The one spelling of a path inside a repository: `./apps/web/` is `apps/web`, `.` is the root ''. Absolute paths, `..` and names that a
 * tree must not hold are refused with the reason. Pure.
 */
export function normalizeSourcePath(text: string): Result<string, string> {
  if (text.startsWith('/')) return err('the path begins at the root of the repository, without "/"');
  const path = text
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  if (path.split('/').includes('..')) return err('the path must not step back with ".."');
  const judged = judgeTreePath(path);
  return 'reason' in judged ? err(judged.reason) : ok(path);
}
