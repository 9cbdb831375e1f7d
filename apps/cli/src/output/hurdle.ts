import { paste, type Whose } from './paste.js';

/** One thing that a rollout waits for, as the API tells it. */
export interface Hurdle {
  readonly kind: string;
  readonly stage: string | null;
  readonly gate: string | null;
  readonly message: string;
  readonly until: string | null;
}

/** What a person can do about it, as it can be pasted; none where it is best waited for. Pure. */
export function commandsFor({ kind, stage, gate }: Pick<Hurdle, 'kind' | 'stage' | 'gate'>, whose: Whose): readonly string[] {
  const { application, cluster, project } = whose;
  if (application === undefined) return [];
  const promote = paste('rollout promote', [application], whose, 'reason');
  switch (kind) {
    case 'SYNC':
      return [paste('sync', [`app/${application}`], { project })];
    case 'ROLLOUT':
      return [paste('rollout list', [application], { project })];
    case 'PAUSED':
      return [paste('rollout resume', [application], whose), paste('rollout abort', [application], whose)];
    case 'HALTED':
      return [paste('rollout retry', [application], whose), paste('rollout abort', [application], whose)];
    case 'HELD':
      return [paste('hold lift', [cluster === undefined ? application : `${application}@${cluster}`], { project }, 'reason'), promote];
    case 'CLUSTERS_AWAY':
    case 'SOAK':
    case 'MAINTENANCE':
      return [promote];
    case 'APPROVAL':
      return stage === null || gate === null ? [] : [paste('rollout approve', [application, `${stage}/${gate}`], whose, 'comment')];
    default:
      return [];
  }
}
