import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hubId } from '#domain';
import type { AgentFailure } from '../src/agent-failure.js';
import { EnrolledState } from '../src/enrolled-state.js';
import type { AgentIdentity } from '../src/session/session.ports.js';
import { IdentitySecret } from '../src/state/index.js';
import { anInventory, SIGNAL, StateOfProcess, storedSecrets } from './state-fixture.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { CLUSTER, HUB, idOf, SIGNING_KEY } from './test-orders.js';

const IDENTITY: AgentIdentity = {
  hub: HUB, cluster: CLUSTER, clusterName: 'eu-1', epoch: 1n, privateKeyPem: 'key', certificateChainPem: 'chain', caPem: 'ca',
  notBefore: new Date('2026-11-01T00:00:00Z'), notAfter: new Date('2026-11-02T00:00:00Z'), signingKeys: [SIGNING_KEY],
};

describe('the durable state of an agent that enrols', () => {
  let cluster: TestCluster;
  let state: StateOfProcess;
  let begun: number;
  let failures: AgentFailure[];

  beforeEach(async () => {
    cluster = await TestCluster.start();
    state = new StateOfProcess(cluster, 1);
    begun = 0;
    failures = [];
  });
  afterEach(() => cluster.stop());

  function enrolled(of = state, begin = async (): Promise<void> => void (begun += 1)): EnrolledState {
    return new EnrolledState({ identities: new IdentitySecret(of.secrets), inventory: of.inventory, begin, fail: (failure) => failures.push(failure) });
  }

  it('begins nothing before there is an identity', async () => {
    expect(await enrolled().load(SIGNAL)).toBeUndefined();
    expect({ begun, stored: storedSecrets(cluster, 'capstan-') }).toEqual({ begun: 0, stored: [] });
  });

  it('begins once, when it enrols, and not again when its certificate is renewed', async () => {
    const mine = enrolled();
    await mine.save(IDENTITY, SIGNAL);
    await mine.save({ ...IDENTITY, notAfter: new Date('2026-11-03T00:00:00Z') }, SIGNAL);
    expect(await mine.load(SIGNAL)).toMatchObject({ notAfter: new Date('2026-11-03T00:00:00Z') });
    expect(begun).toBe(1);
    expect(mine.signingKeys()).toEqual([SIGNING_KEY]);
  });

  it('begins with the next reading when the identity was stored and the beginning failed', async () => {
    let isBroken = true;
    const mine = enrolled(state, async () => {
      if (isBroken) throw new Error('not now');
      begun += 1;
    });
    await expect(mine.save(IDENTITY, SIGNAL)).rejects.toThrow('not now');
    isBroken = false;
    await mine.load(SIGNAL);
    expect(begun).toBe(1);
  });

  it('keeps no identity of a hub that did not write the inventory of this cluster', async () => {
    await enrolled().save(IDENTITY, SIGNAL);
    unwrap(await state.inventory.save(anInventory(['a']), SIGNAL));
    const next = new StateOfProcess(cluster, 2);
    const other = hubId(idOf('hub', 'other'));
    await expect(enrolled(next).save({ ...IDENTITY, hub: other }, SIGNAL)).rejects.toMatchObject({ code: 'OTHER_HUB' });
    expect(failures.map(({ code }) => code)).toEqual(['OTHER_HUB']);
    expect(await new IdentitySecret(next.secrets).load(SIGNAL)).toMatchObject({ hub: HUB });
    expect(begun).toBe(1);
  });
});
