import { err, ok, type Result } from '#kernel';
import {
  claimOf, contentKey, FIELD_MANAGER, formatObjectRef, gateJobObject, gateJobs, hideTexts, HOOK_RUN_ANNOTATION, hookMark, judgeHook, objectRefOf, secretTextsOf, type AssignmentOrder, type Hook, type KubeObject, type TargetId,
} from '#domain';
import type { GateJobQuestion, GateJobState } from '#wire';
import type { ObjectReader } from '../apply/object-reader.js';
import { prepareObjects } from '../apply/prepare-objects.js';
import type { AgentPorts } from '../reconcile/agent.ports.js';
import type { ObjectIndex } from '../reconcile/object-index.js';
import { ownerOf } from '../reconcile/order-desk.js';
import type { TargetRuntime } from '../reconcile/target-runtime.js';
import type { RequestFailure } from '../session/session.ports.js';
import { whyUntestable } from '../tests/plan-tests.js';
import { readTestLog } from '../tests/read-test-log.js';

type Answer = Result<GateJobState, RequestFailure>;

interface Found {
  readonly order: AssignmentOrder;
  readonly job: Hook;
  readonly hide: (text: string) => string;
}

const LOG_CHARACTERS = 1_500;

/**
 * Jobs of releases that gates of rollouts ask for. Keeps nothing: the Job in the cluster is the state, under a name that follows from the run, so that asking
 * again, after a crash of any side too, finds the Job that was begun.
 */
export class GateJobs {
  constructor(
    private readonly ports: AgentPorts,
    private readonly reader: ObjectReader,
    private readonly index: ObjectIndex,
    private readonly runtimeOf: (target: TargetId) => TargetRuntime | undefined,
  ) {}

  /** Begins the run unless it has begun, and tells how it stands. A Job of the run that is gone is never begun again once the hub has heard of it. */
  async ask(question: GateJobQuestion, signal: AbortSignal): Promise<Answer> {
    const found = await this.#find(question, signal);
    if (!found.ok) return found;
    if ('state' in found.value) return ok(found.value);
    const { order, job, hide } = found.value;
    const prepared = await prepareObjects([job.object], { cluster: this.ports.cluster, owner: ownerOf(order), namespace: order.release.namespace, maxCalls: this.ports.settings.maxCalls, signal });
    if (prepared.kind !== 'done') return prepared.kind === 'wait' ? refuse('UNAVAILABLE', prepared.why.message) : ok({ state: 'FAILED', message: prepared.why.message });
    const [ready] = prepared.value;
    if (ready === undefined) throw new Error(`Job ${question.job} was lost on its way`);
    const object = gateJobObject({ ...job, object: ready }, question.run);
    const live = await this.#live(object, question, signal);
    return live.ok ? ok(live.value === undefined ? { state: 'FAILED', message: `${formatObjectRef(objectRefOf(object))} was deleted before its result was seen` } : await this.#stateOf(live.value, order, hide, signal)) : live;
  }

  /** The Job that is declared, in the very release that the gate is about. */
  async #find({ target, release, job: name }: GateJobQuestion, signal: AbortSignal): Promise<Result<Found | GateJobState, RequestFailure>> {
    const runtime = this.runtimeOf(target);
    const order = runtime?.order.order;
    const why = whyUntestable(runtime);
    if (why !== undefined || order?.kind !== 'ASSIGNMENT') return refuse('REFUSED', why ?? 'nothing is assigned');
    if (order.release.id !== release) return refuse('REFUSED', 'the release of the rollout is not the one that is applied here');
    const content = await this.ports.content.get(target, contentKey(order), signal);
    if (!content.ok) return refuse('UNAVAILABLE', content.error.message);
    if (content.value === undefined) return refuse('REFUSED', 'the release is not stored in the cluster any more: sync the application');
    const { objects } = content.value;
    const jobs = gateJobs(objects);
    const job = jobs.find(({ object }) => object.metadata.name === name);
    if (job === undefined) {
      const names = jobs.map(({ object }) => object.metadata.name);
      return ok({ state: 'FAILED', message: `the release has no Job ${name} with capstan.dev/hook: gate; ${names.length === 0 ? 'it has none at all' : `it has ${names.slice(0, 10).join(', ')}`}` });
    }
    const secrets = secretTextsOf(objects);
    return ok({ order, job, hide: (text) => hideTexts(text, secrets) });
  }

  /** The Job of the run in the cluster, created where it has not begun; undefined: it has begun and is gone. */
  async #live(object: KubeObject, { run, hasBegun }: GateJobQuestion, signal: AbortSignal): Promise<Result<KubeObject | undefined, RequestFailure>> {
    const ref = objectRefOf(object);
    const read = await this.reader.read({ ref, apiVersion: object.apiVersion }, { signal });
    if (!read.ok) return refuse('UNAVAILABLE', `${formatObjectRef(ref)} could not be looked at: ${read.error.message}`);
    if (read.value !== undefined) {
      const isOurs = read.value.metadata.annotations?.[HOOK_RUN_ANNOTATION] === hookMark(run, 'gate');
      return isOurs ? ok(read.value) : refuse('REFUSED', `${formatObjectRef(ref)} is there already and is no run of this gate: remove it`);
    }
    if (hasBegun) return ok(undefined);
    if (!this.ports.fence.isHeld()) return refuse('UNAVAILABLE', 'another agent has taken over this cluster');
    const created = await this.ports.cluster.applier.create(object, { fieldManager: FIELD_MANAGER, signal });
    // Whoever was faster, perhaps a request of ours whose answer was lost, is found by the next question.
    return created.ok ? created : refuse(created.error.code === 'ALREADY_EXISTS' ? 'UNAVAILABLE' : 'REFUSED', `${formatObjectRef(ref)} could not be created: ${created.error.message}`);
  }

  async #stateOf(live: KubeObject, order: AssignmentOrder, hide: (text: string) => string, signal: AbortSignal): Promise<GateJobState> {
    const owner = ownerOf(order);
    const { state, message } = judgeHook(live, this.ports.clock.now());
    if (claimOf(live.metadata, owner).kind !== 'OURS') return { state: 'FAILED', message: `${formatObjectRef(objectRefOf(live))} is not ours any more` };
    if (state !== 'FAILED') return { state, message: hide(message) };
    const context = { ports: this.ports, reader: this.reader, owner, index: this.index, runtime: { target: order.target }, signal };
    const log = (await readTestLog(context, live, hide)).trimEnd().slice(-LOG_CHARACTERS);
    return { state, message: `${hide(message)}${log === '' ? '' : `\n${log}`}` };
  }
}

function refuse(code: RequestFailure['code'], message: string): Result<never, RequestFailure> {
  return err({ code, message });
}
