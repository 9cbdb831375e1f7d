import type { Result } from '#kernel';
import { isContentId, isReasonCode, releaseId, targetId, type TargetReport } from '#domain';
import type { TargetReport as WireReport } from './generated/capstan/agent/v1/report.js';
import { encodeDrift, readDrift } from './drift-wire.js';
import { encodeObjectRef, readObjectRef } from './object-ref-wire.js';
import { encodeHealthState, encodeSyncState, readHealthState, readSyncState } from './state-wire.js';
import { decoding, malformed, type WireFailure } from './wire-failure.js';
import { readCount, readCounter, readDate, readDigest, readId, readOptionalDigest, readText } from './wire-values.js';

/** The digest of an archive; a commit of Git is shorter. */
const LONGEST_COMMIT = 'sha256:'.length + 64;

const MAX_MESSAGE = 2_000;
const MAX_ENTRY_MESSAGE = 500;
const MAX_OBJECTS = 50;
const MAX_REMOVALS = 100;
const MAX_KEPT = 8;
const REASON = /^[A-Z][A-Z0-9_]{0,63}$/;

export function encodeReport(report: TargetReport): WireReport {
  return {
    targetId: report.target,
    epoch: report.epoch,
    generation: report.generation,
    releaseId: report.release ?? '',
    commit: report.commit,
    renderDigest: report.renderDigest ?? '',
    sync: encodeSyncState(report.sync),
    reason: report.reason,
    message: report.message.slice(0, MAX_MESSAGE),
    health: encodeHealthState(report.health),
    healthMessage: report.healthMessage.slice(0, MAX_MESSAGE),
    objectCount: report.objectCount,
    unhealthy: report.unhealthy.slice(0, MAX_OBJECTS).map((entry) => ({ ref: encodeObjectRef(entry.ref), health: encodeHealthState(entry.health), message: entry.message.slice(0, MAX_ENTRY_MESSAGE) })),
    drifted: encodeDrift(report.drifted),
    healedCount: report.healedCount,
    pendingRemoval:
      report.pendingRemoval === undefined
        ? undefined
        : { digest: report.pendingRemoval.digest, total: report.pendingRemoval.total, objects: report.pendingRemoval.objects.slice(0, MAX_REMOVALS).map(encodeObjectRef) },
    observedAt: report.observedAt,
    kept: report.kept === undefined ? undefined : { ids: report.kept.slice(0, MAX_KEPT) },
  };
}

/**
 * A report of an agent, which is not trusted: lists and texts are cut to the bounds that TargetReport states. A reason code of a newer agent
 * reads as INTERNAL_ERROR with the code in front of the message, so that it can be seen; a state that is not known is an unknown message.
 */
export function decodeReport(wire: WireReport): Result<TargetReport, WireFailure> {
  return decoding('report', () => {
    if (!REASON.test(wire.reason)) malformed('reason');
    const known = isReasonCode(wire.reason);
    return {
      target: readId(wire.targetId, 'target_id', targetId),
      epoch: readCounter(wire.epoch, 'epoch'),
      generation: readCounter(wire.generation, 'generation'),
      release: wire.releaseId === '' ? undefined : readId(wire.releaseId, 'release_id', releaseId),
      commit: readText(wire.commit, LONGEST_COMMIT),
      renderDigest: readOptionalDigest(wire.renderDigest, 'render_digest'),
      sync: readSyncState(wire.sync, 'sync'),
      reason: isReasonCode(wire.reason) ? wire.reason : 'INTERNAL_ERROR',
      message: readText(known ? wire.message : `${wire.reason}: ${wire.message}`, MAX_MESSAGE),
      health: readHealthState(wire.health, 'health'),
      healthMessage: readText(wire.healthMessage, MAX_MESSAGE),
      objectCount: readCount(wire.objectCount),
      unhealthy: wire.unhealthy.slice(0, MAX_OBJECTS).map((entry) => ({
        ref: readObjectRef(entry.ref, 'unhealthy.ref'),
        health: readHealthState(entry.health, 'unhealthy.health'),
        message: readText(entry.message, MAX_ENTRY_MESSAGE),
      })),
      drifted: readDrift(wire.drifted),
      healedCount: readCount(wire.healedCount),
      pendingRemoval:
        wire.pendingRemoval === undefined
          ? undefined
          : {
              digest: readDigest(wire.pendingRemoval.digest, 'pending_removal.digest'),
              total: readCount(wire.pendingRemoval.total),
              objects: wire.pendingRemoval.objects.slice(0, MAX_REMOVALS).map((ref) => readObjectRef(ref, 'pending_removal.objects')),
            },
      observedAt: readDate(wire.observedAt, 'observed_at'),
      ...(wire.kept === undefined ? {} : { kept: wire.kept.ids.slice(0, MAX_KEPT).map(readKept) }),
    };
  });
}

function readKept(id: string): string {
  return isContentId(id) ? id : malformed('kept.ids');
}
