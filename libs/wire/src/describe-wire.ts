import { type Result } from '#kernel';
import { targetId, type HealthState, type ObjectRef, type TargetId } from '#domain';
import type { DescribedObject as WireDescribed, DescribeObject as WireDescribe } from './generated/capstan/agent/v1/session.js';
import { encodeObjectRef, readObjectRef } from './object-ref-wire.js';
import { encodeHealthState, readHealthState } from './state-wire.js';
import { decoding, type WireFailure } from './wire-failure.js';
import { readCount, readId, readText } from './wire-values.js';

/** A Kubernetes event about an object. `lastSeen` is RFC 3339. */
export interface ObjectEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly lastSeen: string;
}

/** One object of a target's inventory as the cluster has it now. */
export interface DescribedObject {
  /** JSON with the values of Secrets masked by the agent and managedFields left out. */
  readonly objectJson: string;
  readonly health: HealthState;
  readonly healthMessage: string;
  /** At most 50, newest first. */
  readonly events: readonly ObjectEvent[];
}

const MAX_EVENTS = 50;
const MAX_TEXT = 2_000;
const MAX_OBJECT = 8 * 1024 * 1024;

export function encodeDescribeObject(target: TargetId, ref: ObjectRef): WireDescribe {
  return { targetId: target, ref: encodeObjectRef(ref) };
}

export function decodeDescribeObject(wire: WireDescribe): Result<{ readonly target: TargetId; readonly ref: ObjectRef }, WireFailure> {
  return decoding('describe_object', () => ({ target: readId(wire.targetId, 'describe_object.target_id', targetId), ref: readObjectRef(wire.ref, 'describe_object.ref') }));
}

export function encodeDescribedObject(described: DescribedObject): WireDescribed {
  return {
    objectJson: described.objectJson,
    health: encodeHealthState(described.health),
    healthMessage: described.healthMessage,
    events: described.events.slice(0, MAX_EVENTS).map((event) => ({ ...event })),
  };
}

export function decodeDescribedObject(wire: WireDescribed): Result<DescribedObject, WireFailure> {
  return decoding('described_object', () => ({
    objectJson: readText(wire.objectJson, MAX_OBJECT),
    health: readHealthState(wire.health, 'described_object.health'),
    healthMessage: readText(wire.healthMessage, MAX_TEXT),
    events: wire.events.slice(0, MAX_EVENTS).map((event) => ({
      type: readText(event.type, 64),
      reason: readText(event.reason, 256),
      message: readText(event.message, MAX_TEXT),
      count: readCount(event.count),
      lastSeen: readText(event.lastSeen, 64),
    })),
  }));
}
