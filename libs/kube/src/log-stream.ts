import { err, ok, type Result } from '#kernel';
import { StringDecoder } from 'node:string_decoder';
import type { KubeFailure } from './kube-failure.js';
import type { OpenAnswer } from './kube-transport.js';

/** The text of an open log as it comes; a failure is the last item. Leaving closes the connection. */
export async function* logParts(answer: OpenAnswer): AsyncGenerator<Result<string, KubeFailure>> {
  const decoder = new StringDecoder('utf8');
  try {
    for await (const chunk of answer.response) {
      const text = decoder.write(Buffer.from(chunk));
      if (text !== '') yield ok(text);
    }
    if (!answer.response.complete) yield err({ code: 'TRUNCATED_RESPONSE', httpStatus: 200, message: 'the log stopped in the middle' });
  } catch (error) {
    yield err(answer.failureOf(error));
  } finally {
    answer.stop();
  }
}
