import { encodeHead, type InventoryHead, type TargetHead } from '#domain';
import { compress } from './compress.js';

export type HeadChange = (head: InventoryHead) => InventoryHead;

/** What a head may have as text, before it is compressed: more is never read again. */
export const MAX_HEAD_BYTES = 16 * 1024 * 1024;
/** A Secret takes 1 MiB; there is room left for what the API server counts beside it. */
const MAX_STORED_BYTES = 1_040_000;
/** From here on there is room for small changes alone, so that one target that fills the head keeps no other from going on. */
const FULL_BYTES = 900_000;
const SMALL_BYTES = 1_024;

export interface Fitted {
  readonly head: InventoryHead;
  /** The head as it is stored. */
  readonly packed: Buffer;
  /** Changes for which there is no room. They are not in `head`. */
  readonly refused: ReadonlySet<HeadChange>;
}

/**
 * The head with all changes; where they are too much for one Secret, with those that there is room for. What makes it smaller always fits.
 *
 * @param texts of targets that were encoded before
 */
export async function fitHead(head: InventoryHead, changes: readonly HeadChange[], texts: WeakMap<TargetHead, string>): Promise<Fitted> {
  const whole = await packHead(changes.reduce((next, change) => change(next), head), texts);
  if (whole.packed.length <= FULL_BYTES && whole.textBytes <= MAX_HEAD_BYTES) return { ...whole, refused: new Set() };
  let fitted = await packHead(head, texts);
  const refused = new Set<HeadChange>();
  for (const change of changes) {
    const candidate = await packHead(change(fitted.head), texts);
    const growth = candidate.textBytes - fitted.textBytes;
    const room = growth <= SMALL_BYTES ? MAX_STORED_BYTES : FULL_BYTES;
    if (growth <= 0 || (candidate.packed.length <= room && candidate.textBytes <= MAX_HEAD_BYTES)) fitted = candidate;
    else refused.add(change);
  }
  return { ...fitted, refused };
}

async function packHead(head: InventoryHead, texts: WeakMap<TargetHead, string>): Promise<{ readonly head: InventoryHead; readonly packed: Buffer; readonly textBytes: number }> {
  const text = encodeHead(head, texts);
  return { head, packed: await compress(text), textBytes: Buffer.byteLength(text) };
}
