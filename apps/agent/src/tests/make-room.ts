import { claimOf, formatObjectRef, HOOK_RUN_ANNOTATION, judgeHook, objectRefOf, type KubeObject, type ObjectRef } from '#domain';
import { removeHookObjects } from '../hooks/remove-hook-objects.js';
import type { TestContext } from './test-context.js';

const LOOK_MS = 500;
const GONE_MS = 30_000;

/**
 * Takes away what an earlier run left in the place of a test: an object that carries the mark of a run of this application, and nothing else. One that the target keeps
 * or nobody marked stays, and so does a hook of the release that still runs. Answers with why the place cannot be had.
 */
export async function makeRoom(context: TestContext, object: KubeObject, isKept: (ref: ObjectRef) => boolean): Promise<string | undefined> {
  const { ports, reader, owner, signal } = context;
  const ref = objectRefOf(object);
  const end = ports.monotonic.nowMs() + GONE_MS;
  for (;;) {
    const read = await reader.read({ ref, apiVersion: object.apiVersion }, { signal });
    if (!read.ok) return `its place could not be looked at: ${read.error.message}`;
    const live = read.value;
    if (live === undefined) return undefined;
    const mark = live.metadata.annotations?.[HOOK_RUN_ANNOTATION];
    if (mark === undefined || claimOf(live.metadata, owner).kind !== 'OURS' || isKept(ref)) return `${formatObjectRef(ref)} is there already and is no test of this application: remove it, or give the test another name`;
    if (!mark.endsWith('/test') && judgeHook(live, ports.clock.now()).state === 'RUNNING') return `${formatObjectRef(ref)} runs as a hook of the release: wait for its end`;
    if (ports.monotonic.nowMs() >= end) return 'the object of the run before is still there';
    const removed = await removeHookObjects(context, [{ ref, apiVersion: object.apiVersion, uid: live.metadata.uid ?? '' }], 'TOMBSTONE');
    if (removed.kind !== 'done') return `the object of the run before could not be removed: ${removed.why.message}`;
    await ports.timers.sleep(LOOK_MS, signal);
  }
}
