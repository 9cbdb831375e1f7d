/** The ports on which this replica really listens, by name, once each listener is up. */
export class Listeners {
  readonly #ports = new Map<ListenerName, number>();

  set(name: ListenerName, port: number): void {
    this.#ports.set(name, port);
  }

  get(name: ListenerName): number | undefined {
    return this.#ports.get(name);
  }
}

export type ListenerName = 'http' | 'agent' | 'enroll';
