import { ArchiveStore, unpackArchive, type ArchiveStoreSettings } from '#archive';
import type { OpenArchives } from './ordered-trees.js';

/** In a file of its own, which is loaded when the first archive is fetched: a cluster that runs from Git alone pays nothing for it. */
export function openArchives(settings: ArchiveStoreSettings, over: AbortSignal): OpenArchives {
  return { store: new ArchiveStore(settings, over), unpack: unpackArchive };
}
