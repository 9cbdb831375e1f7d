import { systemTimers } from '#runtime';

/**
 * Waits for SIGTERM or SIGINT, then closes in order. A second signal or the deadline ends it at once.
 * @returns the exit code: 0 after an orderly end, 1 otherwise.
 */
export async function runUntilSignal(service: { close(): Promise<void> }, timeoutMs: number): Promise<number> {
  await nextSignal();
  const closed = service.close().then(() => 0, (error: unknown) => {
    process.stderr.write(`capstan hub: the shutdown failed: ${error instanceof Error ? error.message : 'unknown'}\n`);
    return 1;
  });
  return Promise.race([closed, nextSignal().then(() => 1), systemTimers.sleep(timeoutMs).then(() => 1)]);
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      process.removeListener('SIGTERM', done);
      process.removeListener('SIGINT', done);
      resolve();
    };
    process.on('SIGTERM', done);
    process.on('SIGINT', done);
  });
}
