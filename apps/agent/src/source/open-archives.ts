import { archiveReach, ArchiveStore, unpackArchive, UnpackRoom, type ArchiveStoreSettings } from '#archive';
import { lookup } from 'node:dns/promises';
import type { OpenArchives } from './ordered-trees.js';

/** In a file of its own, which is loaded when the first archive is fetched: a cluster that runs from Git alone pays nothing for it. */
export function openArchives(settings: Omit<ArchiveStoreSettings, 'egress'>, allowedHosts: readonly string[], over: AbortSignal): OpenArchives {
  const egress = archiveReach(async (host) => (await lookup(host, { all: true })).map(({ address }) => address), allowedHosts);
  return { store: new ArchiveStore({ ...settings, egress }, over), newRoom: () => new UnpackRoom(), unpack: unpackArchive };
}
