import type { Assignment } from '../assignments.js';
import type { Case } from '../kill-rule.js';
import type { StageRecord } from '../kill-evidence.js';

/**
 * A stage opens once the one before it is closed, and closes once all of its targets have answered, unless a person promoted it. No target gets its order before its
 * stage is open, by the clock of the database; and none takes it before all of the earlier stages were well, by the logs of the agents.
 */
export function stagesKeepTheirOrder(given: Case): readonly string[] {
  const { evidence, names, assignments } = given;
  const forward = Map.groupBy(assignments.filter(({ way }) => way === 'forward'), ({ rollout }) => rollout.id);
  return [...Map.groupBy(evidence.stages, ({ rollout }) => rollout)].flatMap(([rollout, stages]) => {
    const isPromoted = evidence.audit.some(({ action, object }) => action === 'promoteStage' && object === rollout);
    const orders = forward.get(rollout) ?? [];
    return stages.toSorted((a, b) => a.ordinal - b.ordinal).flatMap((stage, index, all): readonly string[] => {
      const before = all[index - 1];
      const mine = orders.filter(({ row }) => row.stage === stage.name);
      return [
        ...(before === undefined ? [] : opening(before, stage)),
        ...mine.filter(({ transition }) => stage.openedAt === undefined || transition.at < stage.openedAt).map(({ transition }) => `${names.target(transition.target)} was assigned before stage ${stage.name} was open`),
        ...(isPromoted ? [] : unsettled(given, rollout, stage)),
        ...(isPromoted || before === undefined ? [] : overtaking(given, mine, orders.filter(({ row }) => row.stage === before.name), before)),
      ];
    }).map((text) => `${names.rollout(rollout)}: ${text}`);
  });
}

function opening(before: StageRecord, { name, openedAt }: StageRecord): readonly string[] {
  if (openedAt === undefined || (before.closedAt !== undefined && before.closedAt <= openedAt)) return [];
  return [`stage ${name} was opened before stage ${before.name} was closed`];
}

/** By the answers that the hub has noted until the stage was closed. */
function unsettled({ evidence, names }: Case, rollout: string, { name, closedAt }: StageRecord): readonly string[] {
  if (closedAt === undefined) return [];
  const marked = new Set(evidence.transitions.filter(({ kind, message, at }) => kind === 'ROLLOUT' && message !== 'PENDING' && message !== 'MOVING' && at <= closedAt + TRANSACTION_MS).map(({ target }) => target));
  return evidence.rolloutTargets.filter((row) => row.rollout === rollout && row.stage === name && row.state !== 'SKIPPED' && !marked.has(row.target)).map(({ target }) => `stage ${name} was closed without an answer of ${names.target(target)}`);
}

/** Who closes a stage does so at the time at which the transaction began, and marks a little later in it. */
const TRANSACTION_MS = 5_000;

/** The first order of a stage that an agent took, against the agents of the stage before it. Who was left out of that until it was closed, as its cluster was away, is waited for by nobody. */
function overtaking({ evidence, names }: Case, mine: readonly Assignment[], earlier: readonly Assignment[], before: StageRecord): readonly string[] {
  const takenAt = new Map(evidence.taken.map(({ target, generation, at }) => [`${target} ${generation}`, at]));
  const first = Math.min(...mine.map(({ transition }) => takenAt.get(`${transition.target} ${transition.generation}`) ?? Number.POSITIVE_INFINITY));
  if (!Number.isFinite(first)) return [];
  const wellAt = new Map(evidence.answers.filter(({ sync, health }) => sync === 'SYNCED' && health === 'HEALTHY').toReversed().map(({ target, generation, at }) => [`${target} ${generation}`, at]));
  const healthy = new Set(evidence.transitions.filter(({ kind, message, at }) => kind === 'ROLLOUT' && message === 'HEALTHY' && at <= (before.closedAt ?? 0) + TRANSACTION_MS).map(({ target, generation }) => `${target} ${generation}`));
  const wasLeftOut = ({ transition }: Assignment): boolean => {
    const marks = evidence.transitions.filter(({ target, kind, at }) => target === transition.target && kind === 'ROLLOUT' && at <= (before.closedAt ?? 0));
    return transition.at > (before.closedAt ?? Number.POSITIVE_INFINITY) && marks.at(-1)?.message === 'SKIPPED';
  };
  return earlier.filter((order) => !wasLeftOut(order)).flatMap(({ transition }) => {
    const key = `${transition.target} ${transition.generation}`;
    const at = wellAt.get(key);
    return !healthy.has(key) || (at !== undefined && at <= first) ? [] : [`an agent took an order of the stage after ${before.name} before that of ${names.target(transition.target)} was well`];
  });
}
