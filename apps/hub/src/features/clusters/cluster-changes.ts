import { Inject, Injectable } from '@nestjs/common';
import { changeStream, type ChangeFeed, type Viewer } from '../../platform/api/index.js';
import { CHANNELS, Notifications } from '../../platform/database/index.js';
import { CLUSTER_STATES, type ClusterView } from './cluster.js';
import { ClusterReadModel, type ClusterFilter } from './clusters.read-model.js';

/** Which clusters a subscriber wants to hear of. Unlike in a list, removed ones are told of unless states are asked for. */
export interface ClusterChangesFilter extends Omit<ClusterFilter, 'order' | 'search'> {
  readonly ids: ReadonlySet<string> | undefined;
}

/** Clusters as they change, each read anew as the viewer may see it then. Ends as `changeStream` does. */
@Injectable()
export class ClusterChanges {
  constructor(
    @Inject(Notifications) private readonly feed: ChangeFeed,
    @Inject(ClusterReadModel) private readonly clusters: Pick<ClusterReadModel, 'findByIds' | 'matches'>,
  ) {}

  stream<T>(viewer: Viewer, { ids, ...filter }: ClusterChangesFilter, toPayload: (view: ClusterView) => T): AsyncIterableIterator<T> {
    const wanted = { ...filter, states: filter.states ?? CLUSTER_STATES };
    return changeStream(this.feed, {
      channel: CHANNELS.clusterChanged,
      find: async (id) => {
        if (ids?.has(id) === false) return undefined;
        // In this order: a change in between is told with what is newer, and comes again by its own notification. The other way round a cluster would
        // leave with the labels that it had before, and be told of no more.
        const isWanted = await this.clusters.matches(viewer, id, wanted);
        const [view] = await this.clusters.findByIds(viewer, [id]);
        return view && { view, isWanted };
      },
      toPayload,
    });
  }
}
