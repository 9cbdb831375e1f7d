import { fieldOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, cut, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, suspended, type Health, type KindRules } from '../health.types.js';
import { judgeConditions } from '../judge-conditions.js';

const FAILED = [
  'TFExecNewFailed', 'TFExecInitFailed', 'TFExecPlanFailed', 'TFExecApplyFailed', 'TFExecOutputFailed', 'LockHeld', 'DriftDetected', 'DriftDetectionFailed', 'HealthChecksFailed',
  'VarsGenerationFailed', 'TemplateGenerationFailed', 'SelectWorkspaceFailed', 'OutputsWritingFailed', 'PostPlanningWebhookFailed', 'RetryLimitReached', 'AccessDenied',
];

/** tofu-controller: a plan that nobody approved yet is not a failure, and nothing goes on by itself. */
function terraformHealth(object: KubeObject, now: Date): Health {
  if (fieldOf(object, 'spec', 'suspend') === true) return suspended('Suspended');
  const pending = textOf(object, 'status', 'plan', 'pending') ?? '';
  if (pending !== '' && !isApproved(textOf(object, 'spec', 'approvePlan') ?? '', pending)) return suspended(cut(`The plan ${pending} waits for approval`));
  const ready = conditionOf(object, 'Ready');
  if (ready?.status === 'Unknown') return progressing(sayCondition(ready));
  return judgeConditions(object, now, { needs: ['Ready'], fatal: FAILED, by: 'tofu-controller' });
}

/** By `auto`, or by the name of the plan, which may be cut short. */
function isApproved(approval: string, plan: string): boolean {
  return approval === 'auto' || (approval !== '' && plan.startsWith(approval));
}

const RUN_DONE = ['applied', 'planned_and_finished', 'planned_and_saved'];
const RUN_FAILED = ['errored', 'canceled', 'force_canceled', 'discarded', 'policy_soft_failed'];
/** Where a run stays until somebody confirms it, unless the workspace applies by itself. */
const RUN_HELD = ['planned', 'cost_estimated', 'policy_checked', 'policy_override', 'post_plan_completed'];

/** The operator of HCP Terraform: workspaces and modules by their last run. */
function runHealth(object: KubeObject): Health {
  if (!hasId(object, 'workspaceID')) return progressing('Waiting for the workspace');
  const run = textOf(object, 'status', 'runStatus', 'status') ?? textOf(object, 'status', 'run', 'status') ?? '';
  if (run === '') return object.kind === 'Module' ? progressing('Waiting for the first run') : healthy('The workspace exists');
  const said = cut(`Run: ${run}`);
  if (RUN_DONE.includes(run)) return healthy(said);
  if (RUN_FAILED.includes(run)) return degraded(said);
  if (RUN_HELD.includes(run) && textOf(object, 'spec', 'applyMethod') !== 'auto') return suspended(`${said}, it waits to be confirmed`);
  return progressing(said);
}

function identityHealth(object: KubeObject): Health {
  return hasId(object, object.kind === 'AgentPool' ? 'agentPoolID' : 'id') ? healthy('Exists in HCP Terraform') : progressing('Waiting for HCP Terraform');
}

function hasId(object: KubeObject, name: string): boolean {
  return (textOf(object, 'status', name) ?? '') !== '';
}

export const TERRAFORM: readonly KindRules[] = [
  {
    group: 'infra.contrib.fluxcd.io', kinds: ['Terraform'], judge: terraformHealth,
    outcomes: { HEALTHY: 'Ready: applied, or nothing to change', PROGRESSING: 'planning or applying', DEGRADED: 'init, plan, apply or a check failed, the state is locked, or it drifted', SUSPENDED: 'suspended, or a plan waits for approval' },
  },
  {
    group: 'app.terraform.io', kinds: ['Workspace', 'Module'], judge: runHealth,
    outcomes: { HEALTHY: 'the last run was applied or had nothing to do', PROGRESSING: 'no workspace yet, or a run is under way', DEGRADED: 'the last run failed, was cancelled or discarded', SUSPENDED: 'the run waits to be confirmed' },
  },
  { group: 'app.terraform.io', kinds: ['AgentPool', 'Project'], judge: identityHealth, outcomes: { HEALTHY: 'it has its id', PROGRESSING: 'not created yet' } },
];
