import type { KubeObject } from '#domain';
import type { KubeClient, ResourceInfo } from '#kube';
import { wallMs } from '../measure/now.js';

interface Waiting {
  readonly isSo: (object: KubeObject) => boolean;
  readonly resolve: (atMs: number) => void;
}

/** Watches objects of a namespace as anybody could, and says when one of them is as wanted. */
export class NamespaceWitness {
  private readonly stopping = new AbortController();
  private readonly waiting = new Set<Waiting>();

  constructor(
    private readonly admin: KubeClient,
    private readonly namespace: string,
  ) {}

  /** Begins to watch; sees everything that changes after this has answered. */
  async watch(resource: ResourceInfo): Promise<void> {
    const listed = await this.admin.list(resource, { namespace: this.namespace });
    if (!listed.ok) throw new Error(`${resource.kind}: ${listed.error.code} ${listed.error.message}`);
    void this.follow(resource, listed.value.resourceVersion);
  }

  /** @throws after the deadline. */
  when(what: string, deadlineMs: number, isSo: (object: KubeObject) => boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(one);
        reject(new Error(`not within ${deadlineMs} ms: ${what}`));
      }, deadlineMs);
      const one: Waiting = {
        isSo,
        resolve: (atMs) => {
          clearTimeout(timer);
          this.waiting.delete(one);
          resolve(atMs);
        },
      };
      this.waiting.add(one);
    });
  }

  stop(): void {
    this.stopping.abort();
  }

  private async follow(resource: ResourceInfo, from: string): Promise<void> {
    let resourceVersion = from;
    while (!this.stopping.signal.aborted) {
      for await (const event of this.admin.watch(resource, { namespace: this.namespace, resourceVersion, signal: this.stopping.signal })) {
        if (event.type === 'ENDED') continue;
        resourceVersion = event.resourceVersion;
        if (event.type === 'BOOKMARK') continue;
        const atMs = wallMs();
        for (const one of this.waiting) if (one.isSo(event.object)) one.resolve(atMs);
      }
    }
  }
}
