import {
  MAX_DEPENDENCIES, MAX_HEALTH_RULES, MAX_IGNORE_RULES, MAX_PATCHES, type AssignmentOrder, type HealthRule, type IgnoreRule, type ObjectPattern, type Patch,
} from '#domain';
import type {
  Assignment as WireAssignment, HealthRule as WireHealthRule, IgnoreRule as WireIgnoreRule, ObjectPattern as WirePattern, Patch as WirePatch,
} from './generated/capstan/agent/v1/order.js';
import { malformed } from './wire-failure.js';

/** An application and its project may each have that many rules. */
const OF_BOTH = 2;

export function encodePolicy({ patches = [], health = [], sync }: AssignmentOrder): Pick<WireAssignment, 'patches' | 'healthRules' | 'ignoreRules'> {
  return {
    patches: patches.map(({ target, patch, place }) => ({ target: encodePattern(target), patch, place })),
    healthRules: health.map(({ group, kind, healthy, progressing, degraded, suspended, message }) => ({ group, kind, healthy, progressing, degraded, suspended, message })),
    ignoreRules: (sync.ignore ?? []).map(({ jsonPointers = [], managers = [], when, ...objects }) => ({ objects: encodePattern(objects), jsonPointers: [...jsonPointers], managers: [...managers], when })),
  };
}

export function readDependencies(wire: readonly string[], field: string): { readonly dependsOn?: readonly string[] } {
  if (wire.length > MAX_DEPENDENCIES) malformed(field);
  return wire.length === 0 ? {} : { dependsOn: [...wire] };
}

export function readPatches(wire: readonly WirePatch[]): { readonly patches?: readonly Patch[] } {
  if (wire.length > MAX_PATCHES) malformed('assignment.patches');
  return wire.length === 0 ? {} : { patches: wire.map(({ target, patch, place }) => ({ target: readPattern(target), patch, ...(place === undefined ? {} : { place }) })) };
}

export function readHealthRules(wire: readonly WireHealthRule[]): { readonly health?: readonly HealthRule[] } {
  if (wire.length > MAX_HEALTH_RULES * OF_BOTH) malformed('assignment.health_rules');
  return wire.length === 0 ? {} : { health: wire.map(readHealthRule) };
}

export function readIgnoreRules(wire: readonly WireIgnoreRule[]): { readonly ignore?: readonly IgnoreRule[] } {
  if (wire.length > MAX_IGNORE_RULES * OF_BOTH) malformed('assignment.ignore_rules');
  return wire.length === 0 ? {} : { ignore: wire.map(readIgnoreRule) };
}

function readHealthRule({ group, kind, healthy, progressing, degraded, suspended, message }: WireHealthRule): HealthRule {
  return { group, kind, ...withMembers({ healthy, progressing, degraded, suspended, message }) };
}

function readIgnoreRule({ objects, jsonPointers, managers, when }: WireIgnoreRule): IgnoreRule {
  return { ...readPattern(objects), ...(jsonPointers.length === 0 ? {} : { jsonPointers }), ...(managers.length === 0 ? {} : { managers }), ...withMembers({ when }) };
}

function encodePattern({ group, kind, namespace, name }: ObjectPattern): WirePattern {
  return { group, kind, namespace, name };
}

function readPattern(wire: WirePattern | undefined): ObjectPattern {
  return withMembers({ group: wire?.group, kind: wire?.kind, namespace: wire?.namespace, name: wire?.name });
}

/** The members that are there. */
function withMembers<K extends string>(members: { readonly [P in K]: string | undefined }): { readonly [P in K]?: string } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { readonly [P in K]?: string };
}
