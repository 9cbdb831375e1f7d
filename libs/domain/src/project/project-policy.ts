import { err, ok, type Result } from '#kernel';
import { healthRulesOf, type HealthRuleInput } from '../application/validate-health-rules.js';
import { ignoreRulesOf, type IgnoreRuleInput } from '../application/validate-ignore-rules.js';
import type { IgnoreRule } from '../drift/ignore-rule.js';
import type { FieldIssue } from '../field-issue.js';
import type { HealthRule } from '../health/health-rule.js';
import type { MaintenanceWindow } from '../maintenance/maintenance-window.js';
import { maintenanceWindowsOf, type MaintenanceWindowInput } from '../maintenance/validate-maintenance-windows.js';

/** What a project says for all its applications. Their own rules of health and of what to ignore go before it. */
export interface ProjectPolicy {
  readonly health: readonly HealthRule[];
  readonly ignore: readonly IgnoreRule[];
  /** Outside of them the clusters that they select are given no order by a rollout. */
  readonly maintenanceWindows: readonly MaintenanceWindow[];
  readonly approvals: ApprovalPolicy;
}

/** Whose approvals count. */
export interface ApprovalPolicy {
  /** Not those of people who wrote what the rollout brings. */
  readonly notByAuthor: boolean;
}

export const DEFAULT_APPROVALS: ApprovalPolicy = { notByAuthor: false };

export interface ProjectPolicyInput {
  readonly health: readonly HealthRuleInput[];
  readonly ignore: readonly IgnoreRuleInput[];
  readonly maintenanceWindows?: readonly MaintenanceWindowInput[] | undefined;
  readonly approvals?: { readonly notByAuthor?: boolean | null | undefined } | undefined;
}

/** The policy as it is stored, or everything that is wrong with it, by the paths of the input. Pure. */
export function validateProjectPolicy(input: ProjectPolicyInput): Result<ProjectPolicy, readonly FieldIssue[]> {
  const health = healthRulesOf(input.health);
  const ignore = ignoreRulesOf(input.ignore, ['ignore']);
  const maintenance = maintenanceWindowsOf(input.maintenanceWindows, ['maintenanceWindows']);
  const issues = [...health.issues, ...ignore.issues, ...maintenance.issues];
  if (issues.length > 0) return err(issues);
  return ok({ health: health.value, ignore: ignore.value, maintenanceWindows: maintenance.value, approvals: { notByAuthor: input.approvals?.notByAuthor ?? DEFAULT_APPROVALS.notByAuthor } });
}
