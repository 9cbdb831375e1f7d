import type { GitServer } from '#testing';

/** Lets the server answer `answers` requests, then breaks all that follow. Tells whether a request was broken. */
export function afterAnswers(server: GitServer, answers: number, fault: 'truncate' | 'close' | 'hang'): () => boolean {
  const before = server.accesses.length;
  server.fail(answers, 'answer');
  server.fail(8, fault);
  return () => server.accesses.slice(before).some((access) => access.answered === fault);
}
