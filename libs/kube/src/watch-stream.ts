import { err, ok, type Result, type Timers } from '#kernel';
import { StringDecoder } from 'node:string_decoder';
import { failureFromStatus } from './failure-from-response.js';
import { isNamed, isRecord, parseJson, recordAt, stringAt } from './json-shape.js';
import type { ResourceInfo, WatchEvent } from './kube-client.js';
import type { KubeFailure } from './kube-failure.js';
import type { OpenAnswer } from './kube-transport.js';
import { objectOf } from './object-of.js';

/** One event may not be longer: objects are at most a few MiB. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** The events of an open watch, up to and with its ENDED. */
export async function* watchEvents(answer: OpenAnswer, resource: ResourceInfo, idleMs: number, timers: Timers, isSecret: boolean): AsyncGenerator<WatchEvent> {
  for await (const line of linesOf(answer, idleMs, timers)) {
    const event: WatchEvent = line.ok ? toEvent(line.value, resource, isSecret) : { type: 'ENDED', failure: line.error };
    yield event;
    if (event.type === 'ENDED') return;
  }
  yield { type: 'ENDED', failure: undefined };
}

/** Whole lines; the last item is a failure unless the server closed in good order. */
async function* linesOf(answer: OpenAnswer, idleMs: number, timers: Timers): AsyncGenerator<Result<string, KubeFailure>> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let isSilent = false;
  const watchdog = (): { cancel(): void } =>
    timers.after(idleMs, () => {
      isSilent = true;
      answer.stop();
    });
  let idle = watchdog();
  try {
    for await (const chunk of answer.response) {
      idle.cancel();
      const parts = `${rest}${decoder.write(Buffer.from(chunk))}`.split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) {
        yield err({ code: 'TOO_LARGE', httpStatus: 200, message: `an event of the watch is larger than ${MAX_LINE_CHARACTERS} characters` });
        return;
      }
      for (const line of parts) if (line.trim() !== '') yield ok(line);
      idle = watchdog();
    }
  } catch (error) {
    yield err(isSilent ? { code: 'TIMEOUT', httpStatus: 200, message: `silence on the watch for ${idleMs} ms` } : answer.failureOf(error));
    return;
  } finally {
    idle.cancel();
    answer.stop();
  }
  if (!answer.response.complete || rest.trim() !== '') yield err({ code: 'TRUNCATED_RESPONSE', httpStatus: 200, message: 'the watch stopped in the middle' });
}

function toEvent(line: string, resource: ResourceInfo, isSecret: boolean): WatchEvent {
  const event = parseJson(line);
  const type = stringAt(event, 'type');
  const object = recordAt(event, 'object');
  const resourceVersion = stringAt(recordAt(object, 'metadata'), 'resourceVersion');
  if (type === 'ERROR' && isRecord(object)) {
    const status = typeof object['code'] === 'number' ? object['code'] : 500;
    return { type: 'ENDED', failure: failureFromStatus(status, object, { isSecret }) };
  }
  if (resourceVersion !== undefined) {
    if (type === 'BOOKMARK') return { type, resourceVersion };
    if ((type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') && isNamed(object)) return { type, object: objectOf(object, resource), resourceVersion };
  }
  return { type: 'ENDED', failure: { code: 'MALFORMED_RESPONSE', httpStatus: 200, message: 'the watch sent something that is not an event' } };
}
