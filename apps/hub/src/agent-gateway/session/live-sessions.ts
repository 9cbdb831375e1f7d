import type { ClusterId } from '#domain';
import type { LiveSession } from './live-session.js';

/** The streams of this replica: one for each cluster. */
export class LiveSessions {
  private readonly byCluster = new Map<ClusterId, LiveSession>();

  get size(): number {
    return this.byCluster.size;
  }

  get(cluster: ClusterId): LiveSession | undefined {
    return this.byCluster.get(cluster);
  }

  all(): readonly LiveSession[] {
    return [...this.byCluster.values()];
  }

  /** Takes a session in; an older one of the same cluster ends. False: a newer one is here already. */
  add(session: LiveSession): boolean {
    const other = this.byCluster.get(session.cluster);
    if (other !== undefined && other.admitted.sessionEpoch > session.admitted.sessionEpoch) return false;
    this.byCluster.set(session.cluster, session);
    other?.end('SUPERSEDED');
    return true;
  }

  /** Lets go of a session unless a newer one has taken its place. */
  remove(session: LiveSession): void {
    if (this.byCluster.get(session.cluster) === session) this.byCluster.delete(session.cluster);
  }
}
