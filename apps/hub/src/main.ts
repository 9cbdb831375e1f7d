import { ConfigError, readHubConfig, startHub, type HubConfig, type RunningHub } from './compose.js';
import { explainStartFailure } from './platform/explain-start-failure.js';
import { runUntilSignal } from './platform/shutdown.js';

const BAD_CONFIGURATION = 2;

let config: HubConfig | undefined;
try {
  config = readHubConfig();
  const hub: RunningHub = await startHub(config);
  process.exitCode = await runUntilSignal(hub, config.shutdownTimeoutMs);
} catch (error) {
  const refused = error instanceof ConfigError ? error.message : config && explainStartFailure(error, config);
  if (refused === undefined) throw error;
  process.stderr.write(`capstan hub: ${refused}\n`);
  process.exitCode = BAD_CONFIGURATION;
}
process.exit();
