import { subjectsOf } from './judge-checked-gate.js';
import type { RolloutState, StageRow } from './rollout.types.js';

const LONGEST = 400;

/** Which gate of a stage has failed, and what was said of it last; undefined: none has. Pure. */
export function sayFailedGate(rollout: RolloutState, stage: StageRow): string | undefined {
  const gate = stage.gates.find(({ state }) => state === 'FAILED');
  if (gate === undefined) return undefined;
  const subjects = new Set<string>(subjectsOf(rollout, stage, gate));
  const checks = (gate.checks ?? []).filter(({ subject }) => subjects.has(subject));
  const failed = checks.find(({ verdict }) => verdict === 'FAILED');
  const said = failed ?? checks.find(({ verdict, message }) => verdict === undefined && message !== '');
  const what = failed === undefined && gate.spec.kind !== 'APPROVAL' ? 'was not passed by its deadline' : 'failed';
  return `gate ${gate.spec.name} of stage ${stage.name} ${what}${said === undefined || said.message === '' ? '' : `: ${said.message}`}`.slice(0, LONGEST);
}
