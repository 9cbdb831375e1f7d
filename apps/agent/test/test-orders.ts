import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { digestOf, digestOfJson, type Digest } from '#kernel';
import {
  applicationId, clusterId, hubId, orderDigest, projectId, releaseId, repositoryId, targetId, type AssignmentOrder, type DriftPolicy, type HealthRule, type IgnoreRule, type Order, type RemovalMode, type TombstoneOrder,
} from '#domain';
import { T0 } from '#testing';
import { encodeOrder, ORDER_TYPE, rawEd25519, sign, type HubSigningKey, type Signer } from '#wire';
import type { VerifiedOrder } from '../src/session/session.ports.js';

export const HUB = hubId('00000000-0000-7000-8000-0000000000aa');
export const CLUSTER = clusterId('00000000-0000-7000-8000-0000000000bb');

const pair = generateKeyPairSync('ed25519');
const signer: Signer = { keyId: 'test', sign: async (bytes) => signBytes(null, bytes, pair.privateKey) };
export const SIGNING_KEY: HubSigningKey = { hub: HUB, keyId: 'test', publicKey: new Uint8Array(rawEd25519(pair.publicKey.export({ type: 'spki', format: 'der' }))) };

export interface OrderSketch {
  /** Of the application; its ids follow from it. @default 'shop' */
  readonly application?: string;
  readonly generation: number;
  /** Names the content that the source has under it. */
  readonly release: string;
  readonly namespace?: string;
  readonly prune?: boolean;
  readonly drift?: DriftPolicy;
  readonly ignore?: readonly IgnoreRule[];
  readonly approvedPrunes?: readonly Digest[];
  readonly health?: readonly HealthRule[];
  readonly dependsOn?: readonly string[];
}

const EMPTY = digestOfJson({});

function headerOf(application: string, generation: number) {
  return {
    hub: HUB,
    audience: CLUSTER,
    target: targetId(idOf('target', application)),
    project: { id: projectId(idOf('project', 'default')), name: 'default' },
    application: { id: applicationId(idOf('application', application)), name: application },
    epoch: 1n,
    generation: BigInt(generation),
    issuedAt: T0,
    expiresAt: new Date(T0.getTime() + 3_600_000),
  };
}

export function anAssignment(sketch: OrderSketch): AssignmentOrder {
  const { application = 'shop', namespace = 'shop' } = sketch;
  return {
    ...headerOf(application, sketch.generation),
    kind: 'ASSIGNMENT',
    release: {
      id: releaseId(idOf('release', sketch.release)),
      commit: digestOf(sketch.release).slice(7, 47),
      ref: 'main',
      sourceDigest: digestOf(sketch.release),
      repository: { id: repositoryId(idOf('repository', 'fleet')), url: 'https://git.example.com/fleet.git', credentialDigest: undefined },
      path: application,
      renderer: 'PLAIN',
      namespace,
      substitute: false,
    },
    parameters: {},
    parametersDigest: EMPTY,
    sync: { prune: sketch.prune ?? true, drift: sketch.drift ?? 'HEAL', ...(sketch.ignore === undefined ? {} : { ignore: sketch.ignore }) },
    approvedPrunes: sketch.approvedPrunes ?? [],
    ...(sketch.health === undefined ? {} : { health: sketch.health }),
    ...(sketch.dependsOn === undefined ? {} : { dependsOn: sketch.dependsOn }),
  };
}

export function aTombstone(sketch: { readonly application?: string; readonly generation: number; readonly mode: RemovalMode; readonly approvedRemovals?: readonly Digest[]; readonly dependsOn?: readonly string[] }): TombstoneOrder {
  return { ...headerOf(sketch.application ?? 'shop', sketch.generation), kind: 'TOMBSTONE', mode: sketch.mode, approvedRemovals: sketch.approvedRemovals ?? [], ...(sketch.dependsOn === undefined ? {} : { dependsOn: sketch.dependsOn }) };
}

/** As the session hands it over: signed by the hub's key. */
export async function signed(order: Order): Promise<VerifiedOrder> {
  return { order, signed: await sign(encodeOrder(order), ORDER_TYPE, signer), orderDigest: orderDigest(order) };
}

/** The id that a name stands for in these tests. */
export function idOf(kind: string, name: string): string {
  const hex = digestOf(`${kind}/${name}`).slice(7);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
