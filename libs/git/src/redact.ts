import { foreignText } from '#kernel';
import { isSshCredentials, type GitCredentials, type PasswordCredentials } from './git-port.js';

const MAX_MESSAGE = 400;
/** Many hosts take a token as the user name. A shorter user name is a word that messages need. */
const SHORTEST_TOKEN = 12;

/** The value of the `Authorization` header that carries the credentials. */
export function basicAuthorization(credentials: PasswordCredentials): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

/** A message without the credentials in any form in which they travel, without user parts of URLs, printable and bounded. Pure. */
export function redact(message: string, credentials: GitCredentials | undefined): string {
  let text = message;
  for (const form of credentials === undefined ? [] : formsOf(credentials)) if (form !== '') text = text.replaceAll(form, '***');
  const clean = text
    .replace(/(https?:\/\/)[^/\s@]*@/gi, '$1***@')
    .replace(/(ssh:\/\/[^/\s@:]*):[^/\s@]*@/gi, '$1:***@')
    .replace(/[^\P{C}\n]/gu, '?');
  return foreignText(clean, MAX_MESSAGE);
}

function formsOf(credentials: GitCredentials): readonly string[] {
  if (isSshCredentials(credentials)) return credentials.privateKey.split(/\s+/).filter((line) => line.length >= 16);
  const { username, password } = credentials;
  const secrets = username.length >= SHORTEST_TOKEN ? [username, password] : [password];
  return [basicAuthorization(credentials).slice('Basic '.length), ...secrets.flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])];
}
