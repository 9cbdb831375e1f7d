import type { GitFailureCode } from '../git-failure.js';

/** DAMAGED: git complains about our own copy, or in words not known here; a fresh copy is the cure. */
export type GitComplaint = GitFailureCode | 'DAMAGED';

/** Words of git (LC_ALL=C) and libcurl, first match wins. The order matters: what the server said goes before what broke because of it. */
const COMPLAINTS: readonly (readonly [RegExp, GitComplaint])[] = [
  [/host key verification failed|remote host identification has changed|no [a-z0-9-]+ host key is known for/i, 'HOST_KEY_UNKNOWN'],
  [/permission denied \([a-z,-]*publickey|too many authentication failures|no supported authentication methods/i, 'AUTHENTICATION_FAILED'],
  [/cannot run ssh|ssh: (?:command )?not found/i, 'GIT_CACHE_UNUSABLE'],
  [/not our ref|unadvertised object|couldn't find remote ref|no such remote ref/i, 'COMMIT_UNREACHABLE'],
  [/could not read (username|password)|authentication failed|returned error: 40[13]\b/i, 'AUTHENTICATION_FAILED'],
  [/returned error: 429\b/i, 'RATE_LIMITED'],
  [/returned error: (404|410)\b|repository '[^']*' not found|repository not found|does not appear to be a git repository|project you were looking for could not be found/i, 'REPOSITORY_NOT_FOUND'],
  [/returned error: 3\d\d\b|unable to update url base from redirection|maximum \(\d+\) redirects|(protocol|transport) '[^']*' not allowed/i, 'EGRESS_REFUSED'],
  [/operation too slow|timed out|timeout was reached/i, 'GIT_TIMED_OUT'],
  [/returned error: [45]\d\d\b|could not resolve|failed to connect|couldn't connect|connection refused|empty reply|ssl|certificate|network is unreachable|no route to host|connection (?:closed|reset) by|kex_exchange_identification/i, 'REPOSITORY_UNREACHABLE'],
  [/no space left|permission denied|read-only file system|disk quota|cannot allocate memory|out of memory|too many open files/i, 'GIT_CACHE_UNUSABLE'],
  [/rpc failed|could not read from remote repository|early eof|hung up|unexpected disconnect|unable to access|recv failure|transfer closed|expected '?(flush|packfile|acknowledgments)|bad line length|protocol error|remote error|is this a git repository|invalid server response|expected service|http transport|incomplete pack|mismatched algorithms|invalid index-pack output/i, 'GIT_PROTOCOL_ERROR'],
];

/** What kind of failure git speaks of. Pure. */
export function classifyGitStderr(stderr: string): GitComplaint {
  return COMPLAINTS.find(([words]) => words.test(stderr))?.[1] ?? 'DAMAGED';
}

/** The lines of stderr that say what went wrong, for people. Pure. */
export function summariseGitStderr(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const telling = lines.filter((line) => /^(fatal|error):/.test(line));
  return (telling.length > 0 ? telling : lines).slice(-2).join('; ') || 'git said nothing';
}
