import { textOf } from '../json/read-json.js';
import { cut } from '../health/conditions.js';
import { healthOf } from '../health/health-of.js';
import { parseApiVersion, type KubeObject, type ObjectRef } from '../object/kube-object.js';

/** Kinds that run to an end. Every other kind is done once it is there, as with Helm. */
const ENDING: ReadonlySet<string> = new Set(['batch/Job', '/Pod', 'argoproj.io/Workflow']);

export function runsToAnEnd({ group, kind }: Pick<ObjectRef, 'group' | 'kind'>): boolean {
  return ENDING.has(`${group}/${kind}`);
}

export interface HookJudgement {
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  readonly message: string;
}

/** How far the live object of a hook has come. Pure. */
export function judgeHook(live: KubeObject, now: Date): HookJudgement {
  const { group } = parseApiVersion(live.apiVersion);
  if (!runsToAnEnd({ group, kind: live.kind })) return { state: 'SUCCEEDED', message: '' };
  if (group === 'batch') return byHealth(live, now);
  const phase = textOf(live, 'status', 'phase') ?? '';
  const said = textOf(live, 'status', 'message') ?? textOf(live, 'status', 'reason') ?? '';
  if (phase === 'Succeeded') return { state: 'SUCCEEDED', message: '' };
  if (phase === 'Failed' || phase === 'Error') return { state: 'FAILED', message: cut(said === '' ? phase : said) };
  const { message } = healthOf(live, now);
  return { state: 'RUNNING', message };
}

function byHealth(live: KubeObject, now: Date): HookJudgement {
  const { health, message } = healthOf(live, now);
  return { state: health === 'HEALTHY' ? 'SUCCEEDED' : health === 'DEGRADED' ? 'FAILED' : 'RUNNING', message };
}
