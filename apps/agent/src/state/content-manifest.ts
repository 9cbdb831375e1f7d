import { parseDigest, type Digest } from '#kernel';
import * as z from 'zod/mini';

/** What one stored render is made of. */
export interface ContentManifest {
  readonly renderDigest: Digest;
  /** Over the text before compression. */
  readonly digest: Digest;
  /** In order; the first one lies beside the manifest. */
  readonly parts: readonly { readonly name: string; readonly digest: Digest }[];
}

const VERSION = 1;
const digest = z.pipe(z.string(), z.transform((text: string, context): Digest => {
  const parsed = parseDigest(text);
  if (parsed !== undefined) return parsed;
  context.issues.push({ code: 'custom', message: 'not a digest', input: text });
  return z.NEVER;
}));
const schema = z.object({ version: z.literal(VERSION), renderDigest: digest, digest, parts: z.array(z.object({ name: z.string(), digest })).check(z.minLength(1), z.maxLength(256)) });

export function encodeManifest(manifest: ContentManifest): Buffer {
  return Buffer.from(JSON.stringify({ version: VERSION, ...manifest }));
}

/** undefined: it is not a manifest, or one of a version that this code does not know. */
export function parseManifest(bytes: Uint8Array | undefined): ContentManifest | undefined {
  if (bytes === undefined) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(document);
  return parsed.success ? parsed.data : undefined;
}
