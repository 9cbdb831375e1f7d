import { err, ok, type Result } from '#kernel';
import { parse } from 'yaml';

/** One version of a chart, as an index says it. */
export interface IndexedVersion {
  readonly version: string;
  /** `sha256:...`; undefined where the index has none. */
  readonly digest: string | undefined;
  readonly urls: readonly string[];
  readonly created: string | undefined;
}

export const MAX_INDEX_BYTES = 50 * 1024 * 1024;
/** JSON is parsed whole. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;
const MAX_VERSIONS = 20_000;
/** What of a version is looked at. Descriptions, keywords and dependencies may be megabytes. */
const MEMBERS = /^(version|digest|urls|created)\s*:/;
const MAX_MEMBER_LINES = 50;

export interface SkimmedIndex {
  readonly isEmpty: boolean;
  /** Of the wanted charts; one that is missing is not in the index. */
  readonly charts: ReadonlyMap<string, readonly IndexedVersion[]>;
}

/**
 * Takes out of an index.yaml what is wanted of it, line by line: an index of thousands of versions has tens of megabytes, and a YAML parser would take a
 * hundred times that in memory. Only block style, as Helm writes it, or JSON; anything else is a failure, never an empty index. Pure.
 */
export function skimHelmIndex(index: Buffer, wanted: ReadonlySet<string>): Result<SkimmedIndex, string> {
  try {
    return ok(firstCharacter(index) === '{' ? readJson(index, wanted) : new Skimmer(wanted).skim(index));
  } catch (error) {
    return err(error instanceof Unreadable ? error.message : 'the index cannot be read');
  }
}

class Unreadable extends Error {}

interface Item {
  readonly lines: string[];
  isTaking: boolean;
}

class Skimmer {
  private readonly charts = new Map<string, IndexedVersion[]>();
  private isInEntries = false;
  private hasEntries = false;
  private isEmpty = true;
  private chartIndent = -1;
  private chart: string | undefined;
  private itemIndent = -1;
  private item: Item | undefined;

  constructor(private readonly wanted: ReadonlySet<string>) {}

  skim(index: Buffer): SkimmedIndex {
    for (let start = 0; start < index.length; ) {
      const found = index.indexOf(10, start);
      const end = found === -1 ? index.length : found;
      this.line(index, start, end > start && index[end - 1] === 13 ? end - 1 : end);
      start = end + 1;
    }
    this.endItem();
    if (!this.hasEntries) throw new Unreadable('it is no index of a chart repository: it has no entries');
    return { isEmpty: this.isEmpty, charts: this.charts };
  }

  private line(index: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && index[at] === 32) at += 1;
    const first = index[at];
    if (at === end || first === 35) return; // blank, or a comment
    if (first === 9) throw new Unreadable('a line of the index begins with a tab');
    const indent = at - start;
    if (indent === 0 && first !== 45) return this.topLevel(index.toString('utf8', at, end));
    if (!this.isInEntries) return;
    if (this.chartIndent === -1) this.chartIndent = indent;
    if (indent <= this.chartIndent && first !== 45) return this.chartLine(index.toString('utf8', at, end), indent);
    if (this.chart !== undefined) this.versionLine(index.toString('utf8', at, end), indent);
  }

  private topLevel(text: string): void {
    this.endItem();
    this.chart = undefined;
    const [, said] = /^entries\s*:(.*)$/s.exec(text) ?? [];
    this.isInEntries = said !== undefined;
    if (said === undefined) return;
    const rest = said.trim();
    this.hasEntries = true;
    if (rest !== '' && rest !== '{}' && !rest.startsWith('#')) throw new Unreadable('the entries of the index are not in block style');
  }

  private chartLine(text: string, indent: number): void {
    if (indent !== this.chartIndent) throw new Unreadable('the entries of the index are not indented alike');
    this.endItem();
    this.itemIndent = -1;
    const [, key, said] = /^("[^"\\]*"\s*|'[^']*'\s*|[^\s:#][^:]*):(.*)$/s.exec(text) ?? [];
    if (key === undefined || said === undefined) throw new Unreadable('an entry of the index is not the name of a chart');
    this.isEmpty = false;
    const name = key.trim().replace(/^(["'])(.*)\1$/, '$2');
    const rest = said.trim();
    this.chart = this.wanted.has(name) ? name : undefined;
    if (this.chart === undefined) return;
    if (rest !== '' && rest !== '[]' && !rest.startsWith('#')) throw new Unreadable(`the versions of ${name} are not in block style`);
    if (this.charts.has(name)) throw new Unreadable(`the index names ${name} twice`);
    this.charts.set(name, []);
  }

  private versionLine(text: string, indent: number): void {
    const isItem = text.startsWith('- ') || text === '-';
    if (isItem && (this.itemIndent === -1 || indent === this.itemIndent)) {
      this.endItem();
      this.itemIndent = indent;
      this.item = { lines: [], isTaking: false };
      const [, space = '', rest = ''] = /^-(\s+)(.*)$/s.exec(text) ?? [];
      if (rest !== '') this.member(rest, indent + 1 + space.length);
      return;
    }
    this.member(text, indent);
  }

  /** Members of a version begin two deeper than its dash; what is deeper still belongs to the member above. */
  private member(text: string, indent: number): void {
    if (this.item === undefined) throw new Unreadable('the versions of a chart are no list');
    const depth = indent - this.itemIndent;
    const isMember = depth === 2 && !text.startsWith('- ');
    if (isMember) this.item.isTaking = MEMBERS.test(text);
    if (!this.item.isTaking) return;
    if (this.item.lines.length >= MAX_MEMBER_LINES) throw new Unreadable('a version of a chart has too many lines');
    this.item.lines.push(`${' '.repeat(Math.max(0, depth - 2))}${text}`);
  }

  private endItem(): void {
    const versions = this.chart === undefined ? undefined : this.charts.get(this.chart);
    if (this.item !== undefined && versions !== undefined) {
      if (versions.length >= MAX_VERSIONS) throw new Unreadable(`${this.chart ?? ''} has more than ${MAX_VERSIONS} versions`);
      versions.push(toVersion(parse(this.item.lines.join('\n'), { schema: 'failsafe', maxAliasCount: 0 })));
    }
    this.item = undefined;
  }
}

function readJson(index: Buffer, wanted: ReadonlySet<string>): SkimmedIndex {
  if (index.length > MAX_JSON_BYTES) throw new Unreadable(`an index in JSON has at most ${MAX_JSON_BYTES} bytes`);
  const parsed: unknown = JSON.parse(index.toString('utf8'));
  const entries = typeof parsed === 'object' && parsed !== null && 'entries' in parsed ? parsed.entries : undefined;
  if (typeof entries !== 'object' || entries === null) throw new Unreadable('it is no index of a chart repository: it has no entries');
  const all: readonly (readonly [string, unknown])[] = Object.entries(entries);
  const charts = all.filter(([name]) => wanted.has(name)).map(([name, versions]) => [name, Array.isArray(versions) ? versionsOf(name, versions) : []] as const);
  return { isEmpty: all.length === 0, charts: new Map(charts) };
}

function versionsOf(chart: string, versions: readonly unknown[]): readonly IndexedVersion[] {
  if (versions.length > MAX_VERSIONS) throw new Unreadable(`${chart} has more than ${MAX_VERSIONS} versions`);
  return versions.map(toVersion);
}

function toVersion(value: unknown): IndexedVersion {
  const { version, digest, urls, created }: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  if (typeof version !== 'string') throw new Unreadable('a chart of the index has no version');
  const hex = typeof digest === 'string' ? digest.replace(/^sha256:/, '') : '';
  return {
    version, digest: /^[0-9a-f]{64}$/.test(hex) ? `sha256:${hex}` : undefined, urls: Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : [],
    created: typeof created === 'string' ? created : undefined,
  };
}

function firstCharacter(index: Buffer): string {
  return /\S/.exec(index.toString('utf8', 0, 64))?.[0] ?? '';
}
