/**
 * Asks until there is an answer other than undefined. For conditions of a system that runs beside us; never a stand-in for a duration.
 * @throws naming `what` after `deadlineMs`, with `explain()` where given.
 */
export async function until<T>(what: string, deadlineMs: number, ask: () => Promise<T | undefined> | T | undefined, explain: () => string = () => ''): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what} ${explain()}`.trimEnd());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
