interface Line {
  readonly atMs: number;
  readonly text: string;
}
interface ContainerLog {
  readonly lines: Line[];
  readonly followers: Set<(text: string) => void>;
}

const MAX_LINES = 10_000;
const MAX_LOGS = 1_000;

/** What containers have said. Nothing runs in a sandbox: whoever plays a container writes its lines. The oldest lines, and the oldest logs, go first. */
export class PodLogs {
  readonly #logs = new Map<string, ContainerLog>();

  append(podUid: string, container: string, line: string, atMs: number): void {
    const log = this.#of(podUid, container);
    const text = `${line}\n`;
    log.lines.push({ atMs, text });
    if (log.lines.length > MAX_LINES) log.lines.shift();
    for (const follow of log.followers) follow(text);
  }

  /** The last lines that are not older than `sinceMs`. */
  read(podUid: string, container: string, tail: number | undefined, sinceMs: number): string {
    const lines = (this.#logs.get(`${podUid}/${container}`)?.lines ?? []).filter(({ atMs }) => atMs >= sinceMs);
    return (tail === undefined ? lines : tail === 0 ? [] : lines.slice(-tail)).map(({ text }) => text).join('');
  }

  /** Calls `follow` with each new line until the returned function is called. */
  follow(podUid: string, container: string, follow: (text: string) => void): () => void {
    const { followers } = this.#of(podUid, container);
    followers.add(follow);
    return () => void followers.delete(follow);
  }

  /** How many read on. */
  get followerCount(): number {
    return [...this.#logs.values()].reduce((sum, { followers }) => sum + followers.size, 0);
  }

  #of(podUid: string, container: string): ContainerLog {
    const key = `${podUid}/${container}`;
    const log = this.#logs.get(key) ?? { lines: [], followers: new Set() };
    this.#logs.set(key, log);
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > MAX_LOGS && oldest !== undefined) this.#logs.delete(oldest);
    return log;
  }
}
