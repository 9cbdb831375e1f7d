/** What an application wants of a registry or chart repository. */
export interface ArchiveWish {
  /** Name of the chart, in a registry also of a repository below the URL; undefined: the artifact at the URL itself. */
  readonly chart: string | undefined;
  readonly want:
    /** The highest version in a range, or one exact version. */
    | { readonly kind: 'VERSION'; readonly range: string }
    /** Whatever the tag points at. */
    | { readonly kind: 'TAG'; readonly tag: string }
    /** The manifest with this digest. */
    | { readonly kind: 'DIGEST'; readonly digest: string };
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const CHART = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const MAX_CHART_LENGTH = 200;

export function isArchiveDigest(text: string): boolean {
  return DIGEST.test(text);
}

export function isArchiveTag(text: string): boolean {
  return TAG.test(text);
}

export function isChartName(text: string): boolean {
  return text.length <= MAX_CHART_LENGTH && CHART.test(text) && !text.includes('..');
}

/**
 * The one text under which a wish is followed, the `ref` of its source: `podinfo@6.x`, `podinfo:latest`, `podinfo@sha256:...`, or without a chart
 * `@6.x`, `latest`, `sha256:...`. Pure.
 */
export function formatArchiveRef({ chart = '', want }: ArchiveWish): string {
  switch (want.kind) {
    case 'VERSION':
      return `${chart}@${want.range}`;
    case 'TAG':
      return chart === '' ? want.tag : `${chart}:${want.tag}`;
    case 'DIGEST':
      return chart === '' ? want.digest : `${chart}@${want.digest}`;
  }
}

/** The wish that a text stands for; undefined where it stands for none, as a ref of Git may. Pure. */
export function parseArchiveRef(text: string): ArchiveWish | undefined {
  if (DIGEST.test(text)) return { chart: undefined, want: { kind: 'DIGEST', digest: text } };
  const at = text.indexOf('@');
  if (at !== -1) {
    const chart = text.slice(0, at);
    const rest = text.slice(at + 1);
    if (rest === '' || (chart !== '' && !isChartName(chart))) return undefined;
    return { chart: chart === '' ? undefined : chart, want: DIGEST.test(rest) ? { kind: 'DIGEST', digest: rest } : { kind: 'VERSION', range: rest } };
  }
  const colon = text.indexOf(':');
  const chart = colon === -1 ? undefined : text.slice(0, colon);
  const tag = text.slice(colon + 1);
  return isArchiveTag(tag) && (chart === undefined || isChartName(chart)) ? { chart, want: { kind: 'TAG', tag } } : undefined;
}
