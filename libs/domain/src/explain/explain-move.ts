import { sayMaintenance } from '../maintenance/judge-maintenance.js';
import type { PlacementReason } from '../rollout/resolve-stages.js';
import { isRolloutOver, type RolloutPhase } from '../rollout/rollout.types.js';
import { REASON_ADVICE } from '../target/reason-code.js';
import { explanationStep } from './explanation-step.js';
import type { ExplanationStep, KnownOfRollout, KnownOfTarget, KnownToExplain } from './explanation.types.js';

const STANDS_STILL: ReadonlySet<RolloutPhase> = new Set(['PAUSED', 'HALTED', 'FAILED', 'ABORTED', 'ROLLED_BACK', 'ROLLING_BACK']);
const PLACED: Readonly<Record<PlacementReason, string>> = {
  MATCHED: 'the first stage that selects the cluster', SPILLED: 'an earlier stage selects the cluster too and was full', NO_STAGE: 'no stage takes the cluster', JOINED_LATE: 'the cluster came to match while the rollout ran',
};

/** What lets the release come, or keeps it away: hold, connection, rollout, stage, and what the rollout waits for. */
export function explainMove(known: KnownToExplain): readonly ExplanationStep[] {
  const { rollout, target } = known;
  const isThere = target?.assigned !== undefined && target.assigned === known.newest?.number;
  return [
    ...holdStep(known),
    connectionStep(known),
    ...maintenanceStep(known),
    ...(rollout === undefined || target === undefined ? [] : [rolloutStep(rollout, isThere), stageStep(rollout, isThere, isThere && isWell(target)), ...hurdleSteps(rollout)]),
  ];
}

function holdStep({ target }: KnownToExplain): readonly ExplanationStep[] {
  const hold = target?.hold;
  if (hold === undefined) return [];
  const by = hold.by === '' ? '' : ` by ${hold.by}`;
  return [explanationStep('HOLD', false, `The target is held${by} after a rollback${hold.reason === '' ? '' : `: ${hold.reason}`}.`, { reason: 'HELD', wayOn: REASON_ADVICE.HELD, since: hold.at })];
}

function connectionStep({ cluster: { name, isConnected, lastSeenAt } }: KnownToExplain): ExplanationStep {
  if (isConnected) return explanationStep('CONNECTION', true, `The agent of cluster ${name} is connected.`);
  if (lastSeenAt === undefined) {
    return explanationStep('CONNECTION', false, `The agent of cluster ${name} has never connected.`, { reason: 'CLUSTER_OFFLINE', wayOn: `Install the agent: capstan cluster join ${name}.` });
  }
  return explanationStep('CONNECTION', false, `The agent of cluster ${name} is away; what follows is what it said last.`, {
    reason: 'CLUSTER_OFFLINE', since: lastSeenAt, wayOn: 'Bring the agent of the cluster back: what it runs stays as it is, and it is caught up by itself.',
  });
}

/** It stands in the way of an order that is still to be given; what goes back or ahead does not ask. */
function maintenanceStep({ maintenance, cluster, rollout }: KnownToExplain): readonly ExplanationStep[] {
  if (maintenance === undefined) return [];
  const { windows, judgement } = maintenance;
  const names = `the maintenance window${windows.length === 1 ? '' : 's'} ${windows.join(', ')} of the project`;
  if (judgement.isOpen) return [explanationStep('MAINTENANCE', true, `Cluster ${cluster.name} is within ${names}.`)];
  const isToCome = rollout?.state === 'PENDING' && rollout.cause !== 'ROLLBACK' && !isSentAhead(rollout) && !isRolloutOver(rollout.phase);
  const never = judgement.opensAt === undefined && judgement.closedUntil === undefined;
  const wayOn = never ? 'Change the maintenance windows of the project or the labels of the cluster: these never open. promoteStage lets the stage pass them.' : 'Wait for the maintenance windows of the project, or let the stage pass them with promoteStage.';
  return [explanationStep('MAINTENANCE', !isToCome, `Cluster ${cluster.name} is outside of ${names}: ${sayMaintenance(judgement)}.`, { until: judgement.opensAt, wayOn: isToCome ? wayOn : undefined })];
}

function rolloutStep(rollout: KnownOfRollout, isThere: boolean): ExplanationStep {
  const why = rollout.reason === undefined || rollout.reason === '' ? '' : `: ${rollout.reason}`;
  const isOk = isThere || !STANDS_STILL.has(rollout.phase);
  const wayOn = !isOk && rollout.phase === 'ABORTED' ? 'The rollout was aborted before it came here: release a change, or send the newest release once more with syncApplication.' : undefined;
  return explanationStep('ROLLOUT', isOk, `Rollout ${rollout.number} is ${rollout.phase}${why}.`, { since: rollout.startedAt ?? rollout.createdAt, wayOn, rollout: rollout.number });
}

/** @param hasRecovered it is well with the newest release by now: that it took too long for a rollout that is over stands in nobody's way */
function stageStep({ number, stage, phase, placement, state, stateReason: reason, named, skippedGates }: KnownOfRollout, isThere: boolean, hasRecovered: boolean): ExplanationStep {
  const failed = (state === 'FAILED' || state === 'REVERT_FAILED') && !(hasRecovered && isRolloutOver(phase));
  const isOk = !failed && (state !== 'SKIPPED' || isThere);
  const says = `${state}${reason === undefined ? '' : ` (${reason})`}`;
  const where = placement === 'NO_STAGE' ? 'No stage of the rollout takes the cluster' : `The target is in stage ${stage}${placement === undefined ? '' : `, ${PLACED[placement]}`}`;
  const ahead = named === undefined ? '' : ` It was sent ahead by ${named.by}: ${named.reason}.${named.isUsedUp && state === 'PENDING' ? ' That was for one order then; now it waits like the others, or is sent ahead once more: deployTarget.' : ''}`;
  return explanationStep('STAGE', isOk, `${where}; there it is ${says}.${ahead}${skippedGates.map((said) => ` ${said}`).join('')}`, { reason, wayOn: isOk || reason === undefined ? undefined : REASON_ADVICE[reason], rollout: number });
}

/** They stand in the way of a target that is still to come, not of one that has moved, or goes ahead. */
function hurdleSteps(rollout: KnownOfRollout): readonly ExplanationStep[] {
  const { hurdles, state } = rollout;
  const isOk = (state !== 'PENDING' || isSentAhead(rollout)) && state !== 'FAILED';
  return hurdles.map((hurdle) => explanationStep('HURDLE', isOk, hurdle.message, { until: hurdle.until, wayOn: isOk ? undefined : hurdle.message, rollout: rollout.number, hurdle }));
}

function isSentAhead({ named }: KnownOfRollout): boolean {
  return named !== undefined && !named.isUsedUp;
}

function isWell({ sync, health }: KnownOfTarget): boolean {
  return (sync === 'SYNCED' || sync === 'DRIFTED') && health === 'HEALTHY';
}
