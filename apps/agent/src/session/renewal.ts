import { err, ok, type Clock, type Random, type Result } from '#kernel';
import { CERTIFICATE_BACKDATE_MS, sessionService } from '#wire';
import type { Client } from '@grpc/grpc-js';
import { newKeyWithRequest } from './certificate-request.js';
import type { EnrollFailure } from './enroll.js';
import { readChain } from './identity-from-response.js';
import { callUnary } from './rpc.js';
import type { AgentIdentity } from './session.ports.js';

const DEADLINE_MS = 15_000;
const EARLIEST = 0.5;
const LATEST = 0.66;

/** How long until a certificate is to be renewed: at a random point from 50 to 66 % of its life, at once when that is past. */
export function renewInMs(identity: Pick<AgentIdentity, 'notBefore' | 'notAfter'>, clock: Clock, random: Random): number {
  const issuedAtMs = identity.notBefore.getTime() + CERTIFICATE_BACKDATE_MS;
  const lifeMs = Math.max(0, identity.notAfter.getTime() - issuedAtMs);
  return Math.max(0, issuedAtMs + lifeMs * (EARLIEST + (LATEST - EARLIEST) * random.next()) - clock.now().getTime());
}

export function isExpired(identity: Pick<AgentIdentity, 'notAfter'>, clock: Clock): boolean {
  return clock.now().getTime() >= identity.notAfter.getTime();
}

/** A new key and certificate for the identity of the current one. The caller makes it durable before it uses it. */
export async function renew(client: Client, identity: AgentIdentity, clock: Clock, signal: AbortSignal): Promise<Result<AgentIdentity, EnrollFailure>> {
  const { privateKeyPem, csr } = newKeyWithRequest();
  const response = await callUnary(client, sessionService.renew, { csr }, new Date(clock.now().getTime() + DEADLINE_MS), signal);
  if (!response.ok) return response;
  const chain = readChain(response.value.certificateChain, privateKeyPem, identity.caPem);
  return chain.ok ? ok({ ...identity, privateKeyPem, ...chain.value }) : err(chain.error);
}
