/** On a busy machine everything comes late. A deadline ends the wait for what never comes, and is therefore no measure of speed. */
const LEAST_PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 100;

/**
 * Asks until there is an answer other than undefined: soon after the beginning, then ten times a second. For conditions of a system that runs beside us;
 * never a stand-in for a duration.
 * @throws naming `what` after `deadlineMs`, but not in the first minute, with `explain()` where given.
 */
export async function until<T>(what: string, deadlineMs: number, ask: () => Promise<T | undefined> | T | undefined, explain: () => string = () => ''): Promise<T> {
  const patienceMs = Math.max(deadlineMs, LEAST_PATIENCE_MS);
  const end = performance.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`not within ${patienceMs} ms: ${what} ${explain()}`.trimEnd());
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
