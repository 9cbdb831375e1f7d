import { expectedEnd } from '../model/expected-end.js';
import { PATH } from '../model/content-files.js';
import type { Action, ApplicationPlan, Schedule } from '../plan/schedule.js';
import type { FaultStage } from '../stage/fault-stage.js';
import type { Journal } from './journal.js';
import type { People } from './people.js';

/** Names of the two labels by which an application is placed and parameterised on a cluster. */
export const matchLabel = (application: string): string => `on-${application}`;
export const tierLabel = (application: string): string => `tier${application}`;

export interface Actors {
  readonly stage: FaultStage;
  readonly schedule: Schedule;
  readonly people: People;
  readonly journal: Journal;
}

/** Does what one step of the plan says. What people want of the API is asked until it is answered; what they do by hand is done, or there was nothing to do it to. */
export async function performAction(actors: Actors, action: Action): Promise<void> {
  const { people, stage, journal } = actors;
  const { application } = action;
  switch (action.kind) {
    case 'commit': return journal.commit(application, action.content);
    case 'rewrite': return journal.rewrite(application, action.content);
    case 'create': return create(actors, application);
    case 'parameters':
      await people.ask('updateApplication', application, { project: 'default', name: application, spec: specOf(application, action.size) });
      return;
    case 'sync':
      await people.ask('syncApplication', application, { project: 'default', name: application }, ['NOTHING_TO_SYNC', 'ROLLOUT_IN_PROGRESS']);
      return;
    case 'delete':
      await people.ask('deleteApplication', application, { project: 'default', name: application, mode: action.mode });
      return;
    case 'tier':
      await people.ask('labelCluster', application, { name: action.cluster, set: { [tierLabel(application)]: action.tier } });
      return;
    case 'match':
      await people.ask('labelCluster', application, { name: action.cluster, set: { [matchLabel(application)]: action.isMatched ? 'yes' : 'no' } });
      return;
    case 'hand-edit': case 'hand-delete': {
      const cluster = stage.cluster(action.cluster);
      const object = await cluster.find('ConfigMap', application, action.object);
      if (object === undefined) return;
      await (action.kind === 'hand-edit' ? cluster.edit('ConfigMap', application, action.object, { data: { value: 'by-hand' } }) : cluster.delete('ConfigMap', application, action.object)).catch(() => undefined); // it may go in between
    }
  }
}

/** The application as it comes into being; its repository is registered before. */
export async function create({ people, schedule }: Actors, application: string): Promise<void> {
  const planned: ApplicationPlan | undefined = schedule.applications.find(({ name }) => name === application);
  if (planned === undefined) throw new Error(`the schedule has no ${application}`);
  const [start] = expectedEnd({ ...schedule, applications: [planned], steps: [] });
  await people.ask('createApplication', application, { project: 'default', name: application, spec: specOf(application, start?.size ?? '') });
}

function specOf(application: string, size: string): Readonly<Record<string, unknown>> {
  return {
    source: { repository: application, ref: 'main', path: PATH },
    selector: { matchLabels: { [matchLabel(application)]: 'yes' } },
    namespace: application,
    strategy: { kind: 'ALL_AT_ONCE' },
    parameters: { tier: `{{ cluster.labels.${tierLabel(application)} }}`, size },
    substitute: true,
  };
}
