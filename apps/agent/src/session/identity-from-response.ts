import { err, ok, type Result } from '#kernel';
import { clusterId, hubId } from '#domain';
import { fromWireSigningKey, type EnrollResponse, type HubSigningKey } from '#wire';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { AgentIdentity } from './session.ports.js';

export interface BadHubAnswer {
  readonly code: 'BAD_HUB_ANSWER';
  readonly what: string;
}

/** The identity that a hub's answer makes, checked against what the agent knows: its own new key and the pinned CA. */
export function identityFromResponse(response: EnrollResponse, privateKeyPem: string, caPem: string): Result<AgentIdentity, BadHubAnswer> {
  const chain = readChain(response.certificateChain, privateKeyPem, caPem);
  if (!chain.ok) return chain;
  const signingKeys: HubSigningKey[] = [];
  for (const wire of response.signingKeys) {
    const key = fromWireSigningKey(wire);
    if (!key.ok || key.value.hub !== response.hubId) return err({ code: 'BAD_HUB_ANSWER', what: 'signing_keys' });
    signingKeys.push(key.value);
  }
  try {
    return ok({
      hub: hubId(response.hubId), cluster: clusterId(response.clusterId), clusterName: response.clusterName, epoch: response.epoch,
      privateKeyPem, caPem, ...chain.value, signingKeys,
    });
  } catch {
    return err({ code: 'BAD_HUB_ANSWER', what: 'ids' });
  }
}

/** The certificate part of an identity. The leaf must be for our key and signed by the pinned CA. */
export function readChain(der: readonly Uint8Array[], privateKeyPem: string, caPem: string): Result<Pick<AgentIdentity, 'certificateChainPem' | 'notBefore' | 'notAfter'>, BadHubAnswer> {
  try {
    const [leaf, ...rest] = der.map((bytes) => new X509Certificate(bytes));
    const isOurs = leaf?.checkPrivateKey(createPrivateKey(privateKeyPem)) === true && leaf.verify(new X509Certificate(caPem).publicKey);
    if (leaf === undefined || !isOurs) return err({ code: 'BAD_HUB_ANSWER', what: 'certificate_chain' });
    return ok({ certificateChainPem: [leaf, ...rest].map(String).join('\n'), notBefore: new Date(leaf.validFrom), notAfter: new Date(leaf.validTo) });
  } catch {
    return err({ code: 'BAD_HUB_ANSWER', what: 'certificate_chain' });
  }
}
