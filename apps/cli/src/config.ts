import { readFileSync } from 'node:fs';
import { usage } from './cli-error.js';

/** Where the hub is and who we are. */
export interface CliConfig {
  /** Origin of the hub's HTTP API, without a trailing slash. @default http://localhost:8080 */
  readonly server: string;
  /** API token; empty: not logged in. */
  readonly token: string;
  /** Colours and redrawing are wanted: a terminal, and neither NO_COLOR nor TERM=dumb. */
  readonly isColourful: boolean;
}

/**
 * Reads CAPSTAN_SERVER and CAPSTAN_TOKEN (or the file that CAPSTAN_TOKEN_FILE names, which wins). The one place of the
 * command line that reads the environment.
 * @throws CliError when the server is no URL or the token file cannot be read.
 */
export function readConfig(isTerminal: boolean, env: NodeJS.ProcessEnv = process.env): CliConfig {
  const server = (env['CAPSTAN_SERVER'] ?? 'http://localhost:8080').replace(/\/+$/, '');
  if (!URL.canParse(server) || !/^https?:/.test(server)) throw usage(`CAPSTAN_SERVER is not an http or https URL: ${server}`, 'Set it to the address of the hub, such as https://capstan.example.com');
  return { server, token: readToken(env), isColourful: isTerminal && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb' };
}

function readToken(env: NodeJS.ProcessEnv): string {
  const file = env['CAPSTAN_TOKEN_FILE'];
  if (file === undefined || file === '') return (env['CAPSTAN_TOKEN'] ?? '').trim();
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw usage(`CAPSTAN_TOKEN_FILE cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
