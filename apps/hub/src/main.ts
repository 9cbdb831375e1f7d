import { ConfigError, readHubConfig, startHub, type RunningHub } from './compose.js';
import { runUntilSignal } from './platform/shutdown.js';

const BAD_CONFIGURATION = 2;

try {
  const config = readHubConfig();
  const hub: RunningHub = await startHub(config);
  process.exitCode = await runUntilSignal(hub, config.shutdownTimeoutMs);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`capstan hub: ${error.message}\n`);
  process.exitCode = BAD_CONFIGURATION;
}
process.exit();
