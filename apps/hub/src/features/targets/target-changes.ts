import { Inject, Injectable } from '@nestjs/common';
import { eventStream, type Viewer } from '../../platform/api/index.js';
import { CHANNELS, Notifications } from '../../platform/database/index.js';
import type { TargetView } from './target-view.js';
import { TargetReadModel } from './targets.read-model.js';

/** Which targets a subscriber wants to hear of, by name; undefined: any. */
export interface ChangesFilter {
  readonly project: string | undefined;
  readonly application: string | undefined;
  readonly cluster: string | undefined;
}

/** Targets that may wait for one slow subscriber. */
const CAPACITY = 10_000;

/**
 * Targets as they change. Each event is read anew, as the viewer may see it then; what is not the viewer's is never told of. Where changes may have gone
 * untold, after a gap of the database listener as after too many that waited, the stream ends: the client subscribes and reads again.
 */
@Injectable()
export class TargetChanges {
  constructor(
    @Inject(Notifications) private readonly notifications: Pick<Notifications, 'listen' | 'onReconnect'>,
    @Inject(TargetReadModel) private readonly targets: Pick<TargetReadModel, 'findByIds'>,
  ) {}

  stream<T>(viewer: Viewer, filter: ChangesFilter, toPayload: (view: TargetView) => T): AsyncIterableIterator<T> {
    const ids = eventStream<string>((push) => this.notifications.listen(CHANNELS.targetChanged, push), { keyOf: (id) => id, capacity: CAPACITY });
    const forget = this.notifications.onReconnect(() => void ids.return?.());
    const next = async (): Promise<IteratorResult<T>> => {
      for (;;) {
        const event = await ids.next();
        if (event.done === true) return end();
        const [view] = await this.targets.findByIds(viewer, [event.value]);
        if (view !== undefined && isWanted(view, filter)) return { done: false, value: toPayload(view) };
      }
    };
    const end = async (): Promise<IteratorResult<T>> => {
      forget();
      await ids.return?.();
      return { done: true, value: undefined };
    };
    // No async generator: one that waits for its next event cannot be ended from outside.
    return { next, return: end, throw: end, [Symbol.asyncIterator]() { return this; } };
  }
}

function isWanted({ name }: TargetView, { project, application, cluster }: ChangesFilter): boolean {
  const [, ofProject, ofApplication, ofCluster] = /^(.*)\/(.*)@(.*)$/.exec(name) ?? [];
  return (project === undefined || project === ofProject) && (application === undefined || application === ofApplication) && (cluster === undefined || cluster === ofCluster);
}
