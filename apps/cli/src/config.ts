import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { usage } from './cli-error.js';

/** Where the hub is and who we are. */
export interface CliConfig {
  /** Address of the hub's HTTP API, without a trailing slash. @default http://localhost:8080 */
  readonly server: string;
  /** API token; empty: not logged in. */
  readonly token: string;
}

/**
 * Reads CAPSTAN_SERVER and CAPSTAN_TOKEN (or the file that CAPSTAN_TOKEN_FILE names, which wins). This file is the one place
 * of the command line that reads the environment. No message repeats a token or a password.
 * @throws CliError when the server is no URL, the token file cannot be read or what it holds is no token.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): CliConfig {
  const server = (env['CAPSTAN_SERVER'] || 'http://localhost:8080').replace(/\/+$/, '');
  const url = URL.parse(server);
  if (url !== null && (url.username !== '' || url.password !== '')) throw usage('CAPSTAN_SERVER holds a user or a password', 'Leave them out: the hub takes an API token, from CAPSTAN_TOKEN.');
  if (url === null || !/^https?:$/.test(url.protocol)) throw usage(`CAPSTAN_SERVER is not an http or https URL: ${server}`, 'Set it to the address of the hub, such as https://capstan.example.com');
  return { server, token: readToken(env) };
}

/** The kubeconfig that kubectl would take: KUBECONFIG (paths, separated as in PATH), else ~/.kube/config. */
export function kubeconfigPath(env: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  return env['KUBECONFIG'] || join(home, '.kube', 'config');
}

/** Whether a terminal takes commands such as "up" and "clear", by what it says it is. */
export function canDrawOn(env: NodeJS.ProcessEnv = process.env): boolean {
  return (env['TERM'] ?? '') !== '' && env['TERM'] !== 'dumb';
}

function readToken(env: NodeJS.ProcessEnv): string {
  const file = env['CAPSTAN_TOKEN_FILE'] ?? '';
  const token = (file === '' ? (env['CAPSTAN_TOKEN'] ?? '') : readTokenFile(file)).trim();
  // A header cannot carry such a text, and the error that says so would repeat it.
  if (!/^[\x21-\x7e]*$/.test(token)) throw usage(`${file === '' ? 'CAPSTAN_TOKEN' : file} does not hold an API token`, 'A token is one word that begins with cap_.');
  return token;
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(`CAPSTAN_TOKEN_FILE cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'The hub writes its first token when it starts: see that it runs, and that the path is right from this directory.');
  }
}
