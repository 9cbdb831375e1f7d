/** What is allowed in a strategy and is surely not meant (WARNING), or may well be meant and is worth knowing (NOTE). */
const SEVERITY_OF = {
  NO_CLUSTER: 'NOTE', STAGE_MATCHES_NOTHING: 'WARNING', STAGE_TAKEN: 'WARNING', STAGES_OVERLAP: 'NOTE', NO_STAGE: 'WARNING',
  LIMIT_IS_ALL: 'WARNING', CONCURRENCY_IS_ALL: 'WARNING', BUDGET_IS_ALL: 'WARNING', WINDOW_NEVER_OPENS: 'WARNING', WINDOW_OPENS_LATE: 'WARNING', TOO_FEW_APPROVERS: 'WARNING',
  MAINTENANCE_NEVER_OPENS: 'WARNING', MAINTENANCE_OPENS_LATE: 'WARNING', GATE_ASKS_NOBODY: 'WARNING',
  VALIDATOR_UNKNOWN: 'WARNING', APPLICATION_UNKNOWN: 'WARNING',
} as const;

export type RolloutWarningCode = keyof typeof SEVERITY_OF;
export type WarningSeverity = (typeof SEVERITY_OF)[RolloutWarningCode];
export const WARNING_SEVERITIES = ['WARNING', 'NOTE'] as const satisfies readonly WarningSeverity[];
export const ROLLOUT_WARNINGS = [
  'NO_CLUSTER', 'STAGE_MATCHES_NOTHING', 'STAGE_TAKEN', 'STAGES_OVERLAP', 'NO_STAGE', 'LIMIT_IS_ALL', 'CONCURRENCY_IS_ALL', 'BUDGET_IS_ALL', 'WINDOW_NEVER_OPENS', 'WINDOW_OPENS_LATE', 'TOO_FEW_APPROVERS',
  'MAINTENANCE_NEVER_OPENS', 'MAINTENANCE_OPENS_LATE', 'GATE_ASKS_NOBODY', 'VALIDATOR_UNKNOWN', 'APPLICATION_UNKNOWN',
] as const satisfies readonly RolloutWarningCode[];

/** Something about a strategy, or a rollout, as the fleet is now. It keeps nothing from happening. */
export interface RolloutWarning {
  readonly code: RolloutWarningCode;
  readonly severity: WarningSeverity;
  /** Of the specification of an application, `['strategy', 'stages', '1']`; of a rollout, `['stages', '1']`; of a project, `['maintenanceWindows', '0']`. */
  readonly path: readonly string[];
  /** A sentence for people: what will happen, why, and the way out. */
  readonly message: string;
  /** When it is over by itself, where that is known. */
  readonly until: Date | undefined;
}

export function rolloutWarning(code: RolloutWarningCode, path: readonly string[], message: string, until?: Date): RolloutWarning {
  return { code, severity: SEVERITY_OF[code], path, message, until };
}

/** Up to three names and how many more. */
export function sayNames(names: readonly string[]): string {
  const more = names.length - 3;
  return `${names.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

export function countOf(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
