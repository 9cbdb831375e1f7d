import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import type { FaultProxy } from '../../../../test/faults/proxy/fault-proxy.js';
import { aWayToPostgres } from '../a-way-to-postgres.js';
import { aCluster, aGatewayWorld, aJoinToken, startGateway, type GatewayWorld, type RunningGateway } from './gateway-fixture.js';
import { aCsr, enrollRaw, expectEnrolled, RawAgent, renewRaw } from './raw-agent.js';

const AWAY = { status: status.UNAVAILABLE, details: 'DATABASE_AWAY' };

/** Found by fault schedule 1000 with two replicas: an agent whose hub had lost its database was told INTERNAL, as if the hub were broken. */
describe('an agent whose hub has lost its database', () => {
  let world: GatewayWorld;
  let running: RunningGateway;
  let proxy: FaultProxy;
  beforeAll(async () => {
    world = await aGatewayWorld(async (direct) => {
      const way = await aWayToPostgres(direct);
      proxy = way.proxy;
      return way.url;
    });
    running = await startGateway(world);
  }, 60_000);
  afterAll(async () => {
    proxy.clear();
    await running.gateway.stop();
    await world.close();
    await proxy.stop();
  });

  it('is told to come back, whatever it asks for, and is served when it does', async () => {
    const { cluster } = await aCluster(world);
    const identity = expectEnrolled(await enrollRaw(world, running, await aJoinToken(world, cluster)));
    const token = await aJoinToken(world, (await aCluster(world)).cluster);
    proxy.begin({ how: 'refuse' });
    expect(await enrollRaw(world, running, token)).toEqual(AWAY);
    expect(await renewRaw(world, running, identity, (await aCsr()).csr)).toEqual(AWAY);
    const early = new RawAgent(world, running, identity);
    early.hello();
    expect(await early.ended()).toEqual(AWAY);
    early.close();
    proxy.clear();
    expectEnrolled(await enrollRaw(world, running, token));
    const late = new RawAgent(world, running, identity);
    late.hello();
    await late.next('welcome');
    late.close();
  }, 60_000);
});
