import { Inject, Injectable } from '@nestjs/common';
import { changeStream, type ChangeFeed, type Viewer } from '../../platform/api/index.js';
import { CHANNELS, Notifications } from '../../platform/database/index.js';
import type { TargetView } from './target-view.js';
import { TargetReadModel } from './targets.read-model.js';

/** Which targets a subscriber wants to hear of, by name; undefined: any. */
export interface ChangesFilter {
  readonly project: string | undefined;
  readonly application: string | undefined;
  readonly cluster: string | undefined;
}

/** Targets as they change, each read anew as the viewer may see it then. Ends as `changeStream` does. */
@Injectable()
export class TargetChanges {
  constructor(
    @Inject(Notifications) private readonly feed: ChangeFeed,
    @Inject(TargetReadModel) private readonly targets: Pick<TargetReadModel, 'findByIds'>,
  ) {}

  stream<T>(viewer: Viewer, filter: ChangesFilter, toPayload: (view: TargetView) => T): AsyncIterableIterator<T> {
    return changeStream(this.feed, {
      channel: CHANNELS.targetChanged,
      find: async (id) => {
        const [view] = await this.targets.findByIds(viewer, [id]);
        return view && { view, isWanted: isWanted(view, filter) };
      },
      toPayload,
    });
  }
}

function isWanted({ name }: TargetView, { project, application, cluster }: ChangesFilter): boolean {
  const [, ofProject, ofApplication, ofCluster] = /^(.*)\/(.*)@(.*)$/.exec(name) ?? [];
  return (project === undefined || project === ofProject) && (application === undefined || application === ofApplication) && (cluster === undefined || cluster === ofCluster);
}
