import { digestOf, err, ok, type Digest, type Failpoints, type Log, type Result } from '#kernel';
import { contentIdOf, contentToKeep, readObject, type KubeObject, type TargetId } from '#domain';
import type { ContentStore, RenderedContent, StateFailure } from '../reconcile/agent.ports.js';
import { compress, decompress } from './compress.js';
import { ContentIndex, TARGET_LABEL, type StoredContent } from './content-index.js';
import { encodeManifest, parseManifest, type ContentManifest } from './content-manifest.js';
import type { StateFailpoint } from './state-failpoints.js';
import type { SecretToStore, StateSecrets, StoredSecret } from './state-secrets.js';

/** Compressed bytes per Secret: with base64 and metadata it stays below the 1.5 MiB of a request, and below the 1 MiB of a Secret. */
const PART_BYTES = 900 * 1024;
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
const MANIFEST = 'manifest.json';
const PART = 'part';
const KEY_LABEL = 'capstan.dev/content-key';
const HEALTHY_AT = 'capstan.dev/healthy-at';

export interface ContentSecretsDeps {
  readonly secrets: StateSecrets;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

/**
 * Rendered content, gzipped: the Secret named by the key holds a manifest and the first part, further parts are Secrets named by their
 * digest. The manifest is written last, so content is there whole or not at all. Calls for one target come one after the other.
 */
export class ContentSecrets implements ContentStore {
  private readonly index: ContentIndex;
  /** Listed as stored, and yet found gone or damaged when it was wanted. Of each target no more than is listed, from one answer of `kept` to the next. */
  readonly #unread = new Map<TargetId, ReadonlySet<string>>();

  constructor(private readonly deps: ContentSecretsDeps) {
    this.index = new ContentIndex(deps.secrets);
  }

  async get(target: TargetId, key: string, signal: AbortSignal): Promise<Result<RenderedContent | undefined, StateFailure>> {
    const read = await this.read(key, signal);
    if (read.ok || read.error.code === 'CORRUPT') this.note(target, key, read.ok && read.value !== undefined);
    return read;
  }

  private note(target: TargetId, key: string, isWhole: boolean): void {
    const others = [...(this.#unread.get(target) ?? [])].filter((other) => other !== key);
    this.#unread.set(target, new Set(isWhole ? others : [...others, key]));
  }

  private async read(key: string, signal: AbortSignal): Promise<Result<RenderedContent | undefined, StateFailure>> {
    const head = await this.deps.secrets.get(key, signal);
    if (!head.ok) return head;
    if (head.value === undefined) return ok(undefined);
    const manifest = parseManifest(head.value.data.get(MANIFEST));
    if (manifest === undefined) return corrupt(key, 'its manifest does not read');
    const parts: Buffer[] = [];
    for (const [index, { name, digest }] of manifest.parts.entries()) {
      const secret = index === 0 ? head : await this.deps.secrets.get(name, signal);
      if (!secret.ok) return secret;
      const bytes = secret.value?.data.get(PART);
      if (bytes === undefined) return corrupt(key, `part ${name} is missing`);
      if (digestOf(bytes) !== digest) return corrupt(key, `part ${name} does not match its digest`);
      parts.push(bytes);
    }
    const text = await decompress(Buffer.concat(parts), MAX_TEXT_BYTES);
    if (!text.ok) return corrupt(key, text.error);
    const objects = digestOf(text.value) === manifest.digest ? parseObjects(text.value) : undefined;
    return objects === undefined ? corrupt(key, 'it does not match its digest') : ok({ objects, renderDigest: manifest.renderDigest });
  }

  async put(target: TargetId, key: string, content: RenderedContent, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const text = JSON.stringify(content.objects);
    const bytes = await compress(text);
    const parts = cut(bytes).map((part, index) => {
      const digest = digestOf(part);
      return { bytes: part, digest, name: index === 0 ? key : partName(key, digest) };
    });
    const manifest: ContentManifest = { renderDigest: content.renderDigest, digest: digestOf(text), parts: parts.map(({ name, digest }) => ({ name, digest })) };
    const labels = { [TARGET_LABEL]: target, [KEY_LABEL]: key };
    return this.index.writing(target, async (changes) => {
      for (const part of parts.slice(1)) {
        const written = await this.writePart({ name: part.name, kind: 'content-part', labels, data: { [PART]: part.bytes } }, part.digest, signal);
        if (!written.ok) return written;
        changes.written(written.value);
      }
      await this.deps.failpoints.hit('agent.state.after-parts' satisfies StateFailpoint);
      const data = { [MANIFEST]: encodeManifest(manifest), [PART]: parts[0]?.bytes ?? new Uint8Array() };
      const written = await this.writeManifest({ name: key, kind: 'content', labels, data }, signal);
      if (!written.ok) return written;
      changes.written(written.value);
      this.note(target, key, true);
      return ok(undefined);
    });
  }

  async markHealthy(target: TargetId, key: string, at: Date, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const there = await this.deps.secrets.get(key, signal);
    if (!there.ok) return there;
    if (there.value === undefined) return ok(undefined); // rendered again, it is marked again
    const { value } = there;
    const secret = { name: key, kind: 'content', labels: { [TARGET_LABEL]: target, [KEY_LABEL]: key }, annotations: { [HEALTHY_AT]: at.toISOString() }, data: Object.fromEntries(value.data) } as const;
    return this.index.writing(target, async (changes) => {
      const marked = await this.deps.secrets.put(secret, value, signal);
      if (!marked.ok) return marked;
      changes.written(marked.value);
      return ok(undefined);
    });
  }

  async retain(target: TargetId, inUse: readonly string[], signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const stored = await this.index.of(target, signal);
    if (!stored.ok) return stored;
    const records = stored.value.contents.map((secret) => ({ key: secret.name, healthyAt: dateOf(secret.annotations[HEALTHY_AT]) }));
    const { drop } = contentToKeep(records, inUse);
    return this.remove(target, new Set(drop.map(({ key }) => key)), stored.value, signal);
  }

  async kept(target: TargetId, signal: AbortSignal): Promise<Result<readonly string[], StateFailure>> {
    const stored = await this.index.of(target, signal);
    if (!stored.ok) return stored;
    const names = stored.value.contents.map(({ name }) => name);
    const unread = new Set(names.filter((name) => this.#unread.get(target)?.has(name)));
    this.#unread.set(target, unread);
    return ok(names.filter((name) => !unread.has(name)).flatMap((name) => contentIdOf(name) ?? []).toSorted());
  }

  async dropAll(target: TargetId, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    this.index.forget(target); // whatever this process believes, all of it goes
    this.#unread.delete(target);
    const stored = await this.index.of(target, signal);
    if (!stored.ok) return stored;
    const removed = await this.remove(target, new Set(stored.value.contents.map(({ name }) => name)), stored.value, signal);
    this.index.forget(target);
    return removed;
  }

  /** Manifests first, so that nothing half-removed reads as content; then every part that no manifest of the target needs, those of a put that was cut short too. */
  private async remove(target: TargetId, keys: ReadonlySet<string>, { contents, parts }: StoredContent, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const kept = new Set(contents.map(({ name }) => name).filter((name) => !keys.has(name)));
    const gone = [...contents.filter(({ name }) => keys.has(name)), ...parts.filter(({ labels }) => !kept.has(labels[KEY_LABEL] ?? ''))];
    if (gone.length === 0) return ok(undefined);
    return this.index.writing(target, async (changes) => {
      for (const secret of gone) {
        const removed = await this.deps.secrets.remove(secret, signal);
        if (!removed.ok && removed.error.code !== 'CHANGED') return err(removed.error);
        changes.removed(secret.name);
      }
      return ok(undefined);
    });
  }

  /** Most of the time nothing is there. Content of that name that is there is the same, or damaged: it keeps its mark of health. */
  private async writeManifest(secret: SecretToStore, signal: AbortSignal): Promise<Result<StoredSecret, StateFailure>> {
    const created = await this.deps.secrets.write(secret, undefined, signal);
    if (created.ok) return created;
    if (created.error.code !== 'CHANGED') return err(created.error);
    const there = await this.deps.secrets.get(secret.name, signal);
    if (!there.ok) return there;
    const healthyAt = there.value?.annotations[HEALTHY_AT];
    return this.deps.secrets.put({ ...secret, annotations: healthyAt === undefined ? {} : { [HEALTHY_AT]: healthyAt } }, there.value, signal);
  }

  /** A part of that name is the same bytes, unless it was damaged: then it is replaced. */
  private async writePart(secret: SecretToStore, digest: Digest, signal: AbortSignal): Promise<Result<StoredSecret, StateFailure>> {
    const written = await this.deps.secrets.write(secret, undefined, signal);
    if (written.ok) return written;
    if (written.error.code !== 'CHANGED') return err(written.error);
    const there = await this.deps.secrets.get(secret.name, signal);
    if (!there.ok) return there;
    const bytes = there.value?.data.get(PART);
    if (there.value !== undefined && bytes !== undefined && digestOf(bytes) === digest) return ok(there.value);
    return this.deps.secrets.put(secret, there.value, signal);
  }
}

function cut(bytes: Buffer): readonly Buffer[] {
  return Array.from({ length: Math.max(1, Math.ceil(bytes.length / PART_BYTES)) }, (_, index) => bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES));
}

function partName(key: string, digest: Digest): string {
  return `${key}-${digest.slice('sha256:'.length, 'sha256:'.length + 16)}`;
}

function corrupt(key: string, what: string): Result<never, StateFailure> {
  return err({ code: 'CORRUPT', message: `stored content ${key}: ${what}` });
}

/** Never an empty list: nothing was ever stored as nothing. */
function parseObjects(text: string): readonly KubeObject[] | undefined {
  const parsed: unknown = JSON.parse(text); // our own text: its digest was checked
  if (!Array.isArray(parsed) || parsed.length === 0) return undefined;
  const objects = parsed.map((value) => readObject(value)).flatMap((read) => (read.ok ? [read.value] : []));
  return objects.length === parsed.length ? objects : undefined;
}

function dateOf(text: string | undefined): Date | undefined {
  const digits = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(digits) ? undefined : new Date(digits);
}

