import { done, stalled, wait } from '#domain';
import { explainStateFailure, reached, type Ordered, type Step, type WithContent } from '../step.js';

const SOURCE_RETRY_MS = 5_000;
/** The end of a render wakes the target; this is for the case that nobody does. */
const RENDER_LOOK_MS = 60_000;

/**
 * The rendered content of the order: from the cluster where it is stored, so that neither hub nor Git is needed; else fetched, rendered and
 * stored first, beside the worker: what runs is healed meanwhile, however long Git takes. Content that does not read is rendered again: it is named by what it is made of.
 */
export const loadContent: Step<Ordered, WithContent> = async (context, input) => {
  const { ports, runtime, signal } = context;
  // What was just rendered was not stored when its job began.
  const rendered = context.renders.take(runtime.target, input.contentKey);
  if (rendered === undefined) {
    const stored = await ports.content.get(runtime.target, input.contentKey, signal);
    if (stored.ok && stored.value !== undefined) return done({ ...input, content: stored.value });
    if (!stored.ok && stored.error.code !== 'CORRUPT') return explainStateFailure(stored.error);
    context.renders.begin(runtime.target, input.contentKey, input.order, signal);
    return wait(RENDER_LOOK_MS, 'APPLYING', 'fetching and rendering');
  }
  if (!rendered.ok) {
    const { reason, message, retryable } = rendered.error;
    return retryable ? wait(SOURCE_RETRY_MS, reason, message) : stalled(reason, message);
  }
  await reached(context, 'agent.content.after-render');
  const put = await ports.content.put(runtime.target, input.contentKey, rendered.value, signal);
  if (!put.ok) return explainStateFailure(put.error);
  // Releases that never came to be applied must not pile up.
  const inUse = [input.contentKey, runtime.inventory?.head.applied?.contentKey].filter((key) => key !== undefined);
  const retained = await ports.content.retain(runtime.target, inUse, signal);
  if (!retained.ok) return explainStateFailure(retained.error);
  await reached(context, 'agent.content.after-store');
  return done({ ...input, content: rendered.value });
};
