import { closeSync, openSync, writeSync } from 'node:fs';
import type { JsonObject } from '#kernel';

/**
 * The audit log of one cluster: every answered request as an audit.k8s.io/v1 Event, to a file (JSON lines, complete before the
 * answer's last byte is sent) and as the last `capacity` events in memory.
 */
export class AuditLog {
  private file: number | undefined;
  private recent: JsonObject[] = [];

  constructor(
    path: string | undefined,
    private readonly capacity: number,
  ) {
    this.file = path === undefined ? undefined : openSync(path, 'a', 0o600);
  }

  append(event: JsonObject): void {
    if (this.file !== undefined) writeSync(this.file, `${JSON.stringify(event)}\n`);
    if (this.capacity === 0) return;
    this.recent.push(event);
    if (this.recent.length > this.capacity * 2) this.recent = this.recent.slice(-this.capacity);
  }

  events(): readonly JsonObject[] {
    return this.recent.slice(-this.capacity);
  }

  /** Requests that are still being answered when the cluster stops are not logged to the file any more. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}
