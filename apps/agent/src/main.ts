import { ConfigError, readAgentConfig, startAgent } from './compose.js';
import { systemTimers } from '#runtime';
import { withoutCredentials } from './logging.js';

const BAD_CONFIGURATION = 2;
const LONGEST_SHUTDOWN_MS = 10_000;

process.exitCode = await run();
process.exit();

/** Runs the agent until a signal or a failure ends it. An error that nobody caught ends the process too: a half-working agent must not look alive. */
async function run(): Promise<number> {
  const crashed = new Promise<number>((resolve) => {
    const crash = (error: unknown): void => {
      process.stderr.write(`${JSON.stringify({ level: 'error', app: 'capstan-agent', msg: 'an unhandled error ends the agent', error: describe(error) })}\n`);
      resolve(1);
    };
    process.on('uncaughtException', crash);
    process.on('unhandledRejection', crash);
  });
  try {
    const agent = await startAgent(readAgentConfig());
    const stopped = nextSignal().then(() => Promise.race([agent.close().then(() => 0), nextSignal().then(() => 1), systemTimers.sleep(LONGEST_SHUTDOWN_MS).then(() => 1)]));
    return await Promise.race([crashed, agent.ended.then((failure) => (failure === undefined ? stopped : 1)), stopped]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`capstan agent: ${error.message}\n`);
    return BAD_CONFIGURATION;
  }
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

/** The stack names code and places; a message may repeat what somebody sent. */
function describe(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : typeof error;
  return withoutCredentials(text).slice(0, 8_000);
}
