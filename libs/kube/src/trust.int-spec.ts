import { afterEach, describe, expect, it } from '@jest/globals';
import { certificateCredentials, createKubeClient, type KubeClient, type KubeConnection, type KubeCredentials, type ResourceInfo } from '#kube';
import { createClusterPki } from '#testing';
import { createServer, type Server } from 'node:https';
import { TLSSocket } from 'node:tls';

const configMaps: ResourceInfo = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, verbs: [] };

/** An API server that asks for client certificates and answers with the name in the one it got. */
describe('trust', () => {
  const servers: Server[] = [];
  const clients: KubeClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  const serve = async (): Promise<{ pki: Awaited<ReturnType<typeof createClusterPki>>; url: string; connections: () => number }> => {
    const pki = await createClusterPki('10.0.0.1');
    const server = createServer({ ...pki.server, ca: pki.caPem, requestCert: true }, (request, response) => {
      const user = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().subject.CN : undefined;
      response.end(JSON.stringify({ metadata: { name: 'one', annotations: { user } } }));
    });
    let connections = 0;
    server.on('secureConnection', () => (connections += 1));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { pki, url: `https://127.0.0.1:${address.port}`, connections: () => connections };
  };
  const connect = (connection: KubeConnection): KubeClient => {
    const client = createKubeClient(connection);
    clients.push(client);
    return client;
  };

  it('shows the client certificate, on one connection, and the new one once it is renewed', async () => {
    const { pki, url, connections } = await serve();
    const issued = [await pki.client('first', []), await pki.client('second', [])];
    let turn = 0;
    const credentials: KubeCredentials = { kind: 'provider', current: () => Promise.resolve({ ok: true, value: { certificate: issued[turn] } }) };
    const client = connect({ server: url, caPem: pki.caPem, credentials });
    const user = async (): Promise<string | undefined> => {
      const answer = await client.get(configMaps, 'n', 'one');
      return answer.ok ? answer.value.metadata.annotations?.['user'] : answer.error.code;
    };
    expect([await user(), await user(), connections()]).toEqual(['first', 'first', 1]);
    turn = 1;
    expect([await user(), await user(), connections()]).toEqual(['second', 'second', 2]);
  });

  it('refuses a server of another CA, and one of another name', async () => {
    const { pki, url } = await serve();
    const stranger = await createClusterPki('10.0.0.1');
    const credentials = certificateCredentials(await pki.client('me', []));
    const rejected = { ok: false, error: { code: 'CERTIFICATE_REJECTED', httpStatus: 0 } };
    expect(await connect({ server: url, caPem: stranger.caPem, credentials }).get(configMaps, 'n', 'one')).toMatchObject(rejected);
    expect(await connect({ server: url, credentials }).get(configMaps, 'n', 'one')).toMatchObject(rejected);
    expect(await connect({ server: url, caPem: pki.caPem, tlsServerName: 'elsewhere.example.com', credentials }).get(configMaps, 'n', 'one')).toMatchObject(rejected);
    expect(await connect({ server: url, caPem: pki.caPem, tlsServerName: 'kubernetes.default.svc', credentials }).get(configMaps, 'n', 'one')).toMatchObject({ ok: true });
  });
});
