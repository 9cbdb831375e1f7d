import type { KubeObject, ObjectRef } from '#domain';
import type { KubeClient } from '#kube';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../contract/kubernetes/contract-server.js';

/** A controller that wants a field otherwise than Git and puts it back each time, as soon as it sees the change. */
export class StubbornController {
  #isRunning = true;
  #wins = 0;
  readonly #ended: Promise<void>;

  /** @param insist writes the controller's value, if the object needs it, and says whether it did */
  constructor(insist: (live: KubeObject) => Promise<boolean>, client: KubeClient, ref: ObjectRef) {
    this.#ended = this.#run(insist, client, ref);
  }

  /** How often it has written. */
  get wins(): number {
    return this.#wins;
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#ended;
  }

  async #run(insist: (live: KubeObject) => Promise<boolean>, client: KubeClient, ref: ObjectRef): Promise<void> {
    const resource = must(await client.resolve(ref.group, ref.kind));
    while (this.#isRunning) {
      const live = await client.get(resource, ref.namespace, ref.name);
      if (live.ok && (await insist(live.value))) this.#wins += 1;
      await sleep(20);
    }
  }
}
