import { sqlState } from './transaction-context.js';

/** SQLSTATE classes of a lost connection, of a server that stops or has no room, and what the system says of a way that is blocked. */
const AWAY = /^(08...|53...|57P..|ECONN[A-Z]+|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** PostgreSQL cannot be reached, or went away in the middle. What was asked for may have been done or not, and may be asked for again. */
export function isDatabaseAway(error: unknown): boolean {
  return AWAY.test(sqlState(error) ?? '');
}
