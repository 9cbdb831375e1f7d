import { Inject, Injectable } from '@nestjs/common';
import { changeStream, type ChangeFeed, type Viewer } from '../../platform/api/index.js';
import { CHANNELS, Notifications } from '../../platform/database/index.js';
import { ApplicationReadModel, type ApplicationView } from './applications.read-model.js';

/** Which applications a subscriber wants to hear of; undefined: any. */
export interface ApplicationChangesFilter {
  readonly ids: ReadonlySet<string> | undefined;
  /** Name of the project. */
  readonly project: string | undefined;
  readonly name: string | undefined;
}

/** Applications as they change, each read anew as the viewer may see it then. Ends as `changeStream` does. */
@Injectable()
export class ApplicationChanges {
  constructor(
    @Inject(Notifications) private readonly feed: ChangeFeed,
    @Inject(ApplicationReadModel) private readonly applications: Pick<ApplicationReadModel, 'findByIds'>,
  ) {}

  stream<T>(viewer: Viewer, { ids, project, name }: ApplicationChangesFilter, toPayload: (view: ApplicationView) => T): AsyncIterableIterator<T> {
    return changeStream(this.feed, {
      channel: CHANNELS.applicationChanged,
      find: async (id) => {
        if (ids?.has(id) === false) return undefined;
        const [view] = await this.applications.findByIds(viewer, [id]);
        return view && { view, isWanted: (project === undefined || view.projectName === project) && (name === undefined || view.name === name) };
      },
      toPayload,
    });
  }
}
