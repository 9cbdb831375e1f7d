/**
 * The Git server of a stage as a process of its own, to be killed and stopped. Every request is a line of JSON in the access log before it
 * is answered. Usage: node git-program.js <root> <port> <access log>
 */
import { GitServer } from '#testing';
import { appendFileSync } from 'node:fs';

const [root = '', port = '', accessLog = ''] = process.argv.slice(2);
await GitServer.start({
  root,
  port: Number(port),
  servesAll: true,
  onAccess: ({ repository, kind, answered }) => appendFileSync(accessLog, `${JSON.stringify({ at: new Date().toISOString(), repository, kind, answered })}\n`),
});
