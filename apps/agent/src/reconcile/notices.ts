const MAX_NOTICES = 100;

/** What a person should know of a target that is otherwise well, by object and cause. Bounded: the oldest give way. */
export class Notices {
  readonly #notices = new Map<string, { readonly object: string; readonly text: string }>();

  /** @param text undefined: there is nothing to say any more */
  set(object: string, cause: string, text: string | undefined): void {
    const id = `${object}\n${cause}`;
    if (text === undefined) {
      this.#notices.delete(id);
      return;
    }
    if (!this.#notices.has(id) && this.#notices.size >= MAX_NOTICES) this.#notices.delete(this.#notices.keys().next().value ?? '');
    this.#notices.set(id, { object, text });
  }

  /** Forgets what was said of objects that are not among these. */
  keepOnly(objects: { has(object: string): boolean }): void {
    for (const [id, { object }] of this.#notices) if (!objects.has(object)) this.#notices.delete(id);
  }

  clear(): void {
    this.#notices.clear();
  }

  /** In a stable order, so that a report does not change with what was looked at first. */
  texts(): readonly string[] {
    return [...this.#notices.values()].map(({ text }) => text).toSorted();
  }
}
