import { afterEach, describe, expect, it } from '@jest/globals';
import { createKubeClient, tokenCredentials, type KubeClient, type KubeFailure, type ResourceInfo, type WatchEvent } from '#kube';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';

const configMaps: ResourceInfo = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, verbs: [] };
const secrets: ResourceInfo = { ...configMaps, kind: 'Secret', plural: 'secrets' };
const item = (name: string): object => ({ metadata: { name, namespace: 'n', resourceVersion: '5' } });

/** A server that misbehaves as told: what a good one does is the contract suite's affair. */
describe('the client against a bad server', () => {
  const open: { server: Server; client: KubeClient }[] = [];
  const serve = async (listener: RequestListener): Promise<KubeClient> => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const client = createKubeClient({ server: `http://127.0.0.1:${address.port}`, credentials: tokenCredentials('sesame') });
    open.push({ server, client });
    return client;
  };
  afterEach(async () => {
    for (const { server, client } of open.splice(0)) {
      client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const json = (response: ServerResponse, body: object, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const listFailure = async (client: KubeClient, options = {}): Promise<KubeFailure> => {
    const list = await client.list(configMaps, { namespace: 'n', ...options });
    if (list.ok) throw new Error(`${list.value.items.length} items`);
    return list.error;
  };

  it.each<[string, RequestListener, KubeFailure['code']]>([
    ['stops in the middle', (_request, response) => void response.writeHead(200, { 'content-length': '1000' }).write('{"kind":"ConfigMapList","items":[', () => response.destroy()), 'TRUNCATED_RESPONSE'],
    ['stops in the middle of a chunked body', (_request, response) => void response.writeHead(200).write('{"kind":"ConfigMapList","metadata":{"resourceVersion":"5"},"items":[]}', () => response.destroy()), 'TRUNCATED_RESPONSE'],
    ['hangs up without an answer', (request) => request.socket.destroy(), 'UNAVAILABLE'],
    ['answers nothing', (_request, response) => void response.end(), 'MALFORMED_RESPONSE'],
    ['answers a login page', (_request, response) => void response.end('<html>Sign in</html>'), 'MALFORMED_RESPONSE'],
    ['answers null', (_request, response) => void response.end('null'), 'MALFORMED_RESPONSE'],
    ['answers an object without items', (_request, response) => json(response, { kind: 'ConfigMapList', metadata: { resourceVersion: '5' } }), 'MALFORMED_RESPONSE'],
    ['answers items without names', (_request, response) => json(response, { kind: 'ConfigMapList', metadata: { resourceVersion: '5' }, items: [{}] }), 'MALFORMED_RESPONSE'],
    ['answers no resourceVersion', (_request, response) => json(response, { kind: 'ConfigMapList', metadata: {}, items: [] }), 'MALFORMED_RESPONSE'],
    ['sends elsewhere', (_request, response) => void response.writeHead(302, { location: 'http://elsewhere.example.com/' }).end(), 'MALFORMED_RESPONSE'],
    ['knows nothing', (_request, response) => void response.writeHead(404).end('nothing here'), 'MALFORMED_RESPONSE'],
  ])('never reads as an empty list a server that %s', async (_what, listener, code) => {
    expect((await listFailure(await serve(listener))).code).toBe(code);
  });

  it('fails whole when the second page fails', async () => {
    const client = await serve((request, response) => {
      if (request.url?.includes('continue=') === true) json(response, { kind: 'Status', reason: 'Expired', message: 'too old', code: 410 }, 410);
      else json(response, { kind: 'ConfigMapList', metadata: { resourceVersion: '5', continue: 'more' }, items: [item('a')] });
    });
    expect(await listFailure(client)).toMatchObject({ code: 'EXPIRED', httpStatus: 410 });
  });

  it('passes the continue token on and says the kind that lists leave out', async () => {
    const client = await serve((request, response) => {
      const token = new URL(request.url ?? '', 'http://x').searchParams.get('continue');
      json(response, { kind: 'ConfigMapList', metadata: { resourceVersion: '5', continue: token === null ? 'a+b/c=' : '' }, items: [item(token ?? 'first')] });
    });
    const list = await client.list(configMaps, { namespace: 'n' });
    expect(list).toMatchObject({ ok: true, value: { resourceVersion: '5', items: [{ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'first' } }, { metadata: { name: 'a+b/c=' } }] } });
  });

  it('stops a list that does not end', async () => {
    const client = await serve((_request, response) => json(response, { kind: 'ConfigMapList', metadata: { resourceVersion: '5', continue: 'more' }, items: [item('a')] }));
    expect((await listFailure(client, { maxItems: 10 })).code).toBe('TOO_LARGE');
  });

  it('stops by its deadline and by the signal of the caller', async () => {
    const client = await serve((_request, response) => void response.writeHead(200).write('{'));
    expect((await listFailure(client, { deadlineMs: 50 })).code).toBe('TIMEOUT');
    const stop = new AbortController();
    const pending = listFailure(client, { signal: stop.signal });
    stop.abort();
    expect((await pending).code).toBe('ABORTED');
    expect((await listFailure(client, { signal: AbortSignal.abort() })).code).toBe('ABORTED');
  });

  it('says UNAVAILABLE when nobody listens', async () => {
    const client = createKubeClient({ server: 'http://127.0.0.1:1', credentials: tokenCredentials('sesame') });
    const failure = await listFailure(client);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', httpStatus: 0 });
    expect(JSON.stringify(failure)).not.toContain('sesame');
  });

  it('does not take another object for the one that was asked for', async () => {
    const client = await serve((_request, response) => json(response, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'other' } }));
    expect(await client.get(configMaps, 'n', 'one')).toMatchObject({ ok: false, error: { code: 'MALFORMED_RESPONSE' } });
  });

  it('sends a GET again on a connection that the server had closed, and a write never', async () => {
    const seen: string[] = [];
    const sockets = new Set<IncomingMessage['socket']>();
    const client = await serve((request, response) => {
      seen.push(request.method ?? '');
      // the first request of a connection is answered, the next one is not
      if (sockets.has(request.socket)) request.socket.resetAndDestroy();
      else json(response, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'one' } });
      sockets.add(request.socket);
    });
    expect((await client.get(configMaps, 'n', 'one')).ok).toBe(true);
    expect((await client.get(configMaps, 'n', 'one')).ok).toBe(true);
    expect(await client.mergePatch(configMaps, 'n', 'one', {})).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    expect(seen).toEqual(['GET', 'GET', 'GET', 'PATCH']);
  });

  it('keeps an outage of discovery apart from a kind that is not there', async () => {
    let isDown = true;
    const client = await serve((request, response) => {
      if (isDown) response.writeHead(503).end();
      else if (request.url === '/apis/g.example.com') json(response, { kind: 'APIGroup', versions: [{ version: 'v1' }], preferredVersion: { version: 'v1' } });
      else json(response, { kind: 'APIResourceList', resources: [{ name: 'widgets', kind: 'Widget', namespaced: true, verbs: ['get'] }, { name: 'widgets/status', kind: 'Widget', namespaced: true, verbs: ['get'] }] });
    });
    expect(await client.resolve('g.example.com', 'Widget')).toMatchObject({ error: { code: 'UNAVAILABLE' } });
    isDown = false;
    expect(await client.resolve('g.example.com', 'Widget')).toMatchObject({ value: { plural: 'widgets', version: 'v1', namespaced: true } });
    expect(await client.resolve('g.example.com', 'Gadget')).toMatchObject({ error: { code: 'KIND_NOT_FOUND' } });
  });

  it('gives everything that is served, or a failure that names what does not answer', async () => {
    const groups = [{ name: 'apps', versions: [{ version: 'v1' }] }, { name: 'metrics.k8s.io', versions: [{ version: 'v1beta1' }] }];
    const kinds = (...names: readonly string[]): object => ({ kind: 'APIResourceList', resources: names.flatMap((kind) => [{ name: `${kind.toLowerCase()}s`, kind, namespaced: true, verbs: ['get'] }, { name: `${kind.toLowerCase()}s/status`, kind, namespaced: true, verbs: ['get'] }]) });
    const answers: Record<string, object> = { '/api': { kind: 'APIVersions', versions: ['v1'] }, '/apis': { kind: 'APIGroupList', groups }, '/api/v1': kinds('Pod', 'Service'), '/apis/apps/v1': kinds('Deployment') };
    const client = await serve((request, response) => {
      const answer = answers[request.url ?? ''];
      if (answer === undefined) response.writeHead(503).end();
      else json(response, answer);
    });
    expect(await client.apiVersions()).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE', message: expect.stringContaining('metrics.k8s.io/v1beta1') } });
    answers['/apis/metrics.k8s.io/v1beta1'] = kinds();
    expect(await client.apiVersions()).toEqual({ ok: true, value: ['apps/v1', 'apps/v1/Deployment', 'metrics.k8s.io/v1beta1', 'v1', 'v1/Pod', 'v1/Service'] });
    answers['/apis'] = { kind: 'APIGroupList', groups: [{ name: 'apps', versions: [{}] }] };
    expect(await client.apiVersions()).toMatchObject({ ok: false, error: { code: 'MALFORMED_RESPONSE' } });
  });

  it('asks discovery once for many misses of a kind', async () => {
    let requests = 0;
    const client = await serve((_request, response) => {
      requests += 1;
      json(response, { kind: 'APIResourceList', resources: [] });
    });
    for (let i = 0; i < 20; i += 1) expect(await client.resolve('g.example.com', 'Widget', 'v1')).toMatchObject({ error: { code: 'KIND_NOT_FOUND' } });
    expect(requests).toBe(1);
    client.invalidateDiscovery('g.example.com');
    await client.resolve('g.example.com', 'Widget', 'v1');
    expect(requests).toBe(2);
  });

  const watchAll = async (client: KubeClient, resource = configMaps, options = {}): Promise<readonly WatchEvent[]> => {
    const events: WatchEvent[] = [];
    for await (const event of client.watch(resource, options)) events.push(event);
    return events;
  };
  const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

  it('puts events together from pieces, also within a character', async () => {
    const bytes = Buffer.from(event('ADDED', { metadata: { name: 'a', resourceVersion: '5', annotations: { word: 'größer' } } }));
    const client = await serve((_request, response) => {
      response.writeHead(200);
      const next = (at: number): void => {
        if (at < bytes.length) response.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
        else response.end();
      };
      next(0);
    });
    expect(await watchAll(client)).toMatchObject([{ type: 'ADDED', resourceVersion: '5', object: { kind: 'ConfigMap', metadata: { annotations: { word: 'größer' } } } }, { type: 'ENDED', failure: undefined }]);
  });

  it.each<[string, string, KubeFailure['code']]>([
    ['an ERROR of 410', event('ERROR', { kind: 'Status', reason: 'Expired', message: 'too old resource version: 1 (9)', code: 410 }), 'EXPIRED'],
    ['an ERROR of 500', event('ERROR', { kind: 'Status', reason: 'InternalError', message: 'oh', code: 500 }), 'SERVER_ERROR'],
    ['something else than an event', '{"hello":"world"}\n', 'MALFORMED_RESPONSE'],
    ['half an event', '{"type":"ADDED","object":{"metadata":{"na', 'TRUNCATED_RESPONSE'],
  ])('ends a watch by %s', async (_what, text, code) => {
    const client = await serve((_request, response) => void response.writeHead(200).end(text));
    expect(await watchAll(client)).toMatchObject([{ type: 'ENDED', failure: { code } }]);
  });

  it('ends a watch that was cut, and one that fell silent', async () => {
    const cut = await serve((_request, response) => void response.writeHead(200).write(event('BOOKMARK', { metadata: { resourceVersion: '9' } }), () => response.destroy()));
    expect(await watchAll(cut)).toMatchObject([{ type: 'BOOKMARK', resourceVersion: '9' }, { type: 'ENDED', failure: { code: 'TRUNCATED_RESPONSE' } }]);
    const silent = await serve((_request, response) => void response.writeHead(200).flushHeaders());
    expect(await watchAll(silent, configMaps, { idleMs: 50 })).toMatchObject([{ type: 'ENDED', failure: { code: 'TIMEOUT' } }]);
  });

  it('withholds what an ERROR says about Secrets', async () => {
    const client = await serve((_request, response) => void response.writeHead(200).end(event('ERROR', { kind: 'Status', reason: 'InternalError', message: 'cannot decode swordfish', code: 500 })));
    expect(JSON.stringify(await watchAll(client, secrets))).not.toContain('swordfish');
  });

  it('closes the connection when the loop is left', async () => {
    let closed: () => void = () => undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const client = await serve((_request, response) => {
      response.once('close', closed);
      response.writeHead(200).write(event('BOOKMARK', { metadata: { resourceVersion: '9' } }));
    });
    for await (const _event of client.watch(configMaps)) break;
    await isClosed;
  });
});
