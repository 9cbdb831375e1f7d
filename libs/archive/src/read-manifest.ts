import { isArchiveDigest } from '#domain';
import { err, ok, type Result } from '#kernel';

/** What of an image manifest makes it a source. */
export interface ManifestSource {
  readonly layer: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export const MANIFEST_TYPES = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
/** Largest archive that is taken, packed. */
export const MAX_ARCHIVE_BYTES = 32 * 1024 * 1024;
const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const ARTIFACT_LAYER = 'application/vnd.cncf.flux.content.v1.tar+gzip';
const TAR_LAYER = /[.+](tar\+gzip|tar\.gzip|tar\+gz|tgz)$|^application\/(gzip|x-gzip|x-tar\+gzip|tar\+gzip)$/;

interface Layer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * The one layer of a manifest that holds a chart, or the files of an artifact: the layer that is typed so, else the only one that is a gzipped tar.
 * Which one is meant is never guessed. Pure.
 */
export function readManifest(bytes: Uint8Array, isChart: boolean): Result<ManifestSource, string> {
  const manifest = parse(bytes);
  if (manifest === undefined) return err('the manifest is no JSON object');
  if (Array.isArray(manifest['manifests'])) return err('it is an index of several manifests: name the tag of one artifact');
  const layers = Array.isArray(manifest['layers']) ? manifest['layers'].map(toLayer) : [];
  if (!layers.every((layer) => layer !== undefined)) return err('a layer of the manifest has no media type, size or sha256 digest');
  const typed = layers.filter(({ mediaType }) => mediaType === (isChart ? CHART_LAYER : ARTIFACT_LAYER));
  const packed = isChart ? [] : layers.filter(({ mediaType }) => TAR_LAYER.test(mediaType));
  const [layer, ...others] = typed.length > 0 ? typed : packed;
  if (layer === undefined) return err(isChart ? 'it is no Helm chart: none of its layers is one' : 'none of its layers is a gzipped tar archive');
  if (others.length > 0) return err('several of its layers are archives, and which one is meant cannot be told');
  if (layer.size > MAX_ARCHIVE_BYTES) return err(`its archive has more than ${MAX_ARCHIVE_BYTES} bytes`);
  return ok({ layer: layer.digest, annotations: textsIn(manifest['annotations']) });
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function toLayer(value: unknown): Layer | undefined {
  const { mediaType, digest, size }: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  return typeof mediaType === 'string' && typeof digest === 'string' && isArchiveDigest(digest) && typeof size === 'number' ? { mediaType, digest, size } : undefined;
}

function textsIn(value: unknown): Readonly<Record<string, string>> {
  const entries: readonly (readonly [string, unknown])[] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
