import type { Clock, Result } from '#kernel';
import { enrollmentService, recoverBytes } from '#wire';
import type { Client } from '@grpc/grpc-js';
import { createPrivateKey, sign } from 'node:crypto';
import { newKeyWithRequest } from './certificate-request.js';
import type { HubAddress } from './hub-address.js';
import { identityFromResponse, type BadHubAnswer } from './identity-from-response.js';
import { callUnary, openClient, type RpcFailure } from './rpc.js';
import type { AgentIdentity } from './session.ports.js';

export type EnrollFailure = BadHubAnswer | ({ readonly code: string } & RpcFailure);

export interface EnrollRequestOf {
  readonly hub: HubAddress;
  readonly caPem: string;
  readonly joinToken: string;
  readonly kubeSystemUid: string;
  readonly agentVersion: string;
}

const DEADLINE_MS = 15_000;

/** Trades a join token for an identity. The key is made here and never leaves. The caller makes the identity durable before it uses it. */
export async function enroll(request: EnrollRequestOf, clock: Clock, signal: AbortSignal): Promise<Result<AgentIdentity, EnrollFailure>> {
  return withClient(request.hub, request.caPem, async (client) => {
    const { privateKeyPem, csr } = newKeyWithRequest();
    const { joinToken, kubeSystemUid, agentVersion } = request;
    const response = await callUnary(client, enrollmentService.enroll, { joinToken, csr, kubeSystemUid, agentVersion }, deadline(clock), signal);
    return response.ok ? identityFromResponse(response.value, privateKeyPem, request.caPem) : response;
  });
}

/** Gets a new certificate after the last one ran out: proves the last enrolled key over the hub's one-use nonce. */
export async function recover(hub: HubAddress, identity: AgentIdentity, clock: Clock, signal: AbortSignal): Promise<Result<AgentIdentity, EnrollFailure>> {
  return withClient(hub, identity.caPem, async (client) => {
    const challenge = await callUnary(client, enrollmentService.recoverChallenge, { clusterId: identity.cluster }, deadline(clock), signal);
    if (!challenge.ok) return challenge;
    const { privateKeyPem, csr } = newKeyWithRequest();
    const { nonce } = challenge.value;
    const signature = sign('sha256', recoverBytes(nonce, csr), createPrivateKey(identity.privateKeyPem));
    const response = await callUnary(client, enrollmentService.recover, { clusterId: identity.cluster, nonce, csr, signature }, deadline(clock), signal);
    return response.ok ? identityFromResponse(response.value, privateKeyPem, identity.caPem) : response;
  });
}

async function withClient<T>(hub: HubAddress, caPem: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = openClient(hub.host, hub.enrollPort, caPem);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

function deadline(clock: Clock): Date {
  return new Date(clock.now().getTime() + DEADLINE_MS);
}
