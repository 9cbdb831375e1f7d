import { MAX_FURTHER_SOURCES, repositoryId, type AssignmentOrder, type OrderedFurtherSource } from '#domain';
import { encodeArchive, readArchive } from './archive-wire.js';
import type { Assignment as WireAssignment, FurtherSource as WireSource } from './generated/capstan/agent/v1/order.js';
import { malformed } from './wire-failure.js';
import { readId, readOptionalDigest } from './wire-values.js';

const FIELD = 'assignment.sources';

type Release = Pick<AssignmentOrder['release'], 'commit' | 'sources'>;

/** With further sources the commit stands where an agent that does not know them does not look for it. */
export function encodeCommit({ commit, sources = [] }: Release): Pick<WireAssignment, 'commit' | 'pinnedCommit' | 'sources'> {
  return sources.length === 0 ? { commit, pinnedCommit: '', sources: [] } : { commit: '', pinnedCommit: commit, sources: sources.map(encodeSource) };
}

export function readCommit({ commit, pinnedCommit, sources }: Pick<WireAssignment, 'commit' | 'pinnedCommit' | 'sources'>): Release {
  if (sources.length > MAX_FURTHER_SOURCES || (sources.length === 0) !== (pinnedCommit === '')) malformed(FIELD);
  return sources.length === 0 ? { commit } : { commit: pinnedCommit, sources: sources.map(readSource) };
}

function encodeSource({ name, repository, commit, ref, archive, path }: OrderedFurtherSource): WireSource {
  return { name, repositoryId: repository.id, repositoryUrl: repository.url, credentialDigest: repository.credentialDigest ?? '', commit, ref, archive: encodeArchive(archive), path };
}

function readSource({ name, repositoryId: id, repositoryUrl, credentialDigest, commit, ref, archive, path }: WireSource): OrderedFurtherSource {
  const repository = { id: readId(id, `${FIELD}.repository_id`, repositoryId), url: repositoryUrl, credentialDigest: readOptionalDigest(credentialDigest, `${FIELD}.credential_digest`) };
  return { name, repository, commit, ref, ...(archive === undefined ? {} : { archive: readArchive(archive, `${FIELD}.archive`) }), path };
}
