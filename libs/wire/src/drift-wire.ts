import { VALUE_LIMITS, type DriftedObject, type FieldChange } from '#domain';
import type { DriftedObject as WireDrifted, FieldChange as WireChange } from './generated/capstan/agent/v1/report.js';
import { encodeObjectRef, readObjectRef } from './object-ref-wire.js';
import { readDate, readText } from './wire-values.js';

const MAX_OBJECTS = 50;
const MAX_FIELDS = 20;
const MAX_FIELD = 500;
const MAX_MANAGERS = 20;

export function encodeDrift(drifted: readonly DriftedObject[]): WireDrifted[] {
  return drifted.slice(0, MAX_OBJECTS).map((entry) => ({
    ref: encodeObjectRef(entry.ref),
    deleted: entry.kind === 'DELETED',
    managers: entry.managers.slice(0, MAX_MANAGERS),
    fields: entry.fields.slice(0, MAX_FIELDS),
    changes: entry.changes.slice(0, MAX_FIELDS).map(({ path, manager, expected, live, isMasked, isTruncated }) => ({ path, manager: manager ?? '', expected, live, masked: isMasked, truncated: isTruncated })),
    healedAt: entry.healedAt,
  }));
}

/** Reads inside a decoder. Everything is cut to its bounds, the values of all objects together too: an agent is not trusted to have done it. */
export function readDrift(wire: readonly WireDrifted[]): readonly DriftedObject[] {
  const room: Room = { left: VALUE_LIMITS.report };
  return wire.slice(0, MAX_OBJECTS).map((entry) => ({
    ref: readObjectRef(entry.ref, 'drifted.ref'),
    kind: entry.deleted ? 'DELETED' : 'CHANGED',
    managers: entry.managers.slice(0, MAX_MANAGERS).map((manager) => readText(manager, MAX_FIELD)),
    fields: entry.fields.slice(0, MAX_FIELDS).map((field) => readText(field, MAX_FIELD)),
    changes: entry.changes.slice(0, MAX_FIELDS).map((change) => readChange(change, room)),
    healedAt: entry.healedAt === undefined ? undefined : readDate(entry.healedAt, 'drifted.healed_at'),
  }));
}

interface Room {
  left: number;
}

function readChange(change: WireChange, room: Room): FieldChange {
  const value = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined;
    const read = readText(text, Math.min(VALUE_LIMITS.value, room.left));
    room.left -= read.length;
    return read;
  };
  const [expected, live] = [value(change.expected), value(change.live)];
  const isCut = (expected?.length ?? 0) < (change.expected?.length ?? 0) || (live?.length ?? 0) < (change.live?.length ?? 0);
  return {
    path: readText(change.path, MAX_FIELD),
    manager: change.manager === '' ? undefined : readText(change.manager, MAX_FIELD),
    expected,
    live,
    isMasked: change.masked,
    isTruncated: change.truncated || isCut,
  };
}
