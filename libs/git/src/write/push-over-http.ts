import { err, ok } from '#kernel';
import { abortFailure } from '../contact.js';
import { gitHttp, GitHttpFault } from '../isomorphic-git/git-http.js';
import type { PushPack } from './git-push.js';
import { advertisedAt, pushRequest, readPushReport } from './push-protocol.js';

/** Far more than a list of refs, or what hooks print. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Two requests under the rules of every other one: to one origin, no redirect, bounded, credentials in a header of this process alone. */
export function pushOverHttp(silenceMs: number): PushPack {
  return async (contact, update, pack, signal) => {
    if (signal.aborted) return err(abortFailure(contact, signal));
    const http = gitHttp(contact, { maxResponseBytes: MAX_ANSWER_BYTES, silenceMs }, signal);
    try {
      const advertisement = await whole(http.request({ url: `${contact.url}/info/refs?service=git-receive-pack`, method: 'GET' }));
      if (advertisedAt(advertisement, update.fullRef) !== update.from) return ok({ kind: 'MOVED' });
      const headers = { 'content-type': 'application/x-git-receive-pack-request', accept: 'application/x-git-receive-pack-result' };
      const answer = await whole(http.request({ url: `${contact.url}/git-receive-pack`, method: 'POST', headers, body: once(pushRequest(update, pack)) }));
      const report = readPushReport(answer, update.fullRef);
      return report.kind === 'UNREADABLE' ? err(contact.failure('GIT_PROTOCOL_ERROR', 'the server did not say what became of the push')) : ok(report);
    } catch (error) {
      if (error instanceof GitHttpFault) return err(error.failure);
      throw error;
    }
  };
}

async function whole(pending: ReturnType<ReturnType<typeof gitHttp>['request']>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await pending).body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}
