import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { HubApi } from '../../stage/hub-api.js';
import { wallMs } from '../measure/now.js';

/** What the hub tells a subscriber of a target. */
export interface TargetEvent {
  readonly sync: string;
  readonly health: string;
  readonly reason: string;
  readonly message: string;
  readonly cluster: { readonly name: string };
  readonly assigned: { readonly assignedAt: string; readonly release: { readonly commit: string; readonly createdAt: string } } | null;
  readonly observed: { readonly commit: string | null; readonly objectCount: number; readonly healedCount: number; readonly observedAt: string | null; readonly reportedAt: string | null };
}

const DOCUMENT = `subscription Targets($application: String!) { targetChanged(application: $application) {
  sync health reason message cluster { name } assigned { assignedAt release { commit createdAt } }
  observed { commit objectCount healedCount observedAt reportedAt } } }`;

interface Waiting {
  readonly isSo: (event: TargetEvent) => boolean;
  readonly resolve: (heard: Heard) => void;
}

export interface Heard {
  readonly event: TargetEvent;
  /** When the message was here. */
  readonly atMs: number;
}

/** The subscription that a console would have open: `shown in the hub` means that its message has come. */
export class TargetEvents {
  private readonly waiting = new Set<Waiting>();
  private last: TargetEvent | undefined;

  private constructor(private readonly end: () => Promise<void>) {}

  static async open(api: HubApi, application: string): Promise<TargetEvents> {
    const client = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: false, retryAttempts: 0, onNonLazyError: () => undefined, connectionParams: { authorization: `Bearer ${api.token}` } });
    const connected = new Promise<void>((resolve, reject) => {
      client.on('connected', () => resolve());
      client.on('closed', () => reject(new Error('the hub closed the subscription')));
    });
    const events = new TargetEvents(async () => void (await client.dispose()));
    const next = (message: { readonly data?: { readonly targetChanged: TargetEvent } | null }): void => {
      if (message.data !== null && message.data !== undefined) events.tell(message.data.targetChanged, wallMs());
    };
    client.subscribe<{ readonly targetChanged: TargetEvent }>({ query: DOCUMENT, variables: { application } }, { next, error: () => undefined, complete: () => undefined });
    await connected;
    return events;
  }

  /** The next event that is so. @throws after the deadline, with the last one heard. */
  next(what: string, deadlineMs: number, isSo: (event: TargetEvent) => boolean): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(one);
        reject(new Error(`not within ${deadlineMs} ms: ${what}; the hub said last ${JSON.stringify(this.last)}`));
      }, deadlineMs);
      const one: Waiting = {
        isSo,
        resolve: (heard) => {
          clearTimeout(timer);
          this.waiting.delete(one);
          resolve(heard);
        },
      };
      this.waiting.add(one);
    });
  }

  close(): Promise<void> {
    return this.end();
  }

  private tell(event: TargetEvent, atMs: number): void {
    this.last = event;
    for (const one of this.waiting) if (one.isSo(event)) one.resolve({ event, atMs });
  }
}

export const runs = (commit: string) => (event: TargetEvent): boolean => event.sync === 'SYNCED' && event.health === 'HEALTHY' && event.observed.commit === commit && event.assigned?.release.commit === commit;
