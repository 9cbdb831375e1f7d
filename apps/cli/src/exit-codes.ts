/** What a script can rely on (`capstan help exit-codes`). 1 only ever means "differences found". */
export const EXIT = {
  OK: 0,
  DIFFERENCES: 1,
  USAGE: 2,
  WAIT_FAILED: 3,
  NOT_AUTHENTICATED: 4,
  DENIED: 5,
  NOT_FOUND: 6,
  CONFLICT: 7,
  HUB_UNREACHABLE: 8,
  TESTS_FAILED: 9,
  ERROR: 20,
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODE_HELP = `Exit codes:
  0    done
  1    differences found; no command of this version answers so
  2    the command line, or a value in it or in a file, is wrong
  3    wait: not true in time; rollout watch: it did not succeed
  4    not logged in: no token, or it is not valid
  5    the token may not do this
  6    no such thing
  7    conflict: it changed meanwhile, exists already, is in use, or needs a confirmation
  8    the hub cannot be reached
  9    test: the tests of a release failed
  20   any other error
  130  interrupted
`;
