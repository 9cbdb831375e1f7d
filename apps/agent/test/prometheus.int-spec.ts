import 'reflect-metadata';
import { systemTimers } from '#runtime';
import { freePorts, PrometheusServer, type PrometheusAnswer } from '#testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_PROMETHEUS, Prometheus, type PrometheusSettings } from '../src/metrics/index.js';

const never = new AbortController().signal;

describe('asking Prometheus', () => {
  const server = new PrometheusServer();
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'capstan-prometheus-'));
    await server.start();
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(() => void server.queries.splice(0));

  const source = (rest: Partial<PrometheusSettings> = {}): Prometheus => new Prometheus({ url: new URL(server.url), tokenFile: undefined, caFile: undefined, ...rest }, systemTimers);
  const measured = async (answer: PrometheusAnswer, rest: Partial<PrometheusSettings> = {}): Promise<string> => {
    server.answer = () => answer;
    const result = await source(rest).measure('up', never);
    return result.ok ? `${result.value.value}${result.value.warnings.map((warning) => ` (${warning})`).join('')}` : `${result.error.code} ${result.error.message.replaceAll(new URL(server.url).host, 'HOST')}`;
  };

  it('puts the query, whatever is in it, into a form, and says how long it waits', async () => {
    const query = `sum(rate(x{path=~"/a&b=c+d", t="ü\\"\n"}[5m])) / 100 % 2`;
    server.answer = (asked) => (asked === query ? { vector: ['0.25'] } : { vector: [] });
    await expect(source().measure(query, never)).resolves.toEqual({ ok: true, value: { value: 0.25, warnings: [] } });
    expect(server.queries).toEqual([{ method: 'POST', path: '/api/v1/query', authorization: undefined, query, timeout: '8000ms', status: 200 }]);
  });

  it.each<[string, PrometheusAnswer, string]>([
    ['a vector of one', { vector: ['0.5'] }, '0.5'],
    ['a scalar', { scalar: '-3e-2' }, '-0.03'],
    ['what it warns of', { vector: ['1'], warnings: ['partial data'] }, '1 (partial data)'],
    ['no data', { vector: [] }, 'NOT_FOUND there is no data: the query has no series now. Where none means zero, add "or vector(0)"'],
    ['no data, with a warning', { vector: [], warnings: ['store is away'] }, 'NOT_FOUND there is no data: the query has no series now. Where none means zero, add "or vector(0)"; Prometheus warns: store is away'],
    ['NaN', { vector: ['NaN'] }, 'NOT_FOUND the query gives NaN, which is no measurement'],
    ['infinite', { scalar: '+Inf' }, 'NOT_FOUND the query gives +Inf, which is no measurement'],
    ['an empty value', { scalar: '' }, 'NOT_FOUND the query gives , which is no measurement'],
    ['two series', { vector: ['1', '1'] }, 'REFUSED the query gives 2 values, and one is wanted: put sum(...), max(...) or min(...) around it'],
    ['a range', { data: { resultType: 'matrix', result: [] } }, 'REFUSED the query gives a matrix, and one value is wanted: leave out the range, or put a function such as rate(...) around it'],
    ['a text', { data: { resultType: 'string', result: [1, '1'] } }, 'REFUSED the query gives a string, and one value is wanted: leave out the range, or put a function such as rate(...) around it'],
    ['a histogram', { data: { resultType: 'vector', result: [{ metric: {}, histogram: [1, {}] }] } }, 'REFUSED the query gives a histogram, and one value is wanted: put histogram_quantile(...) around it'],
    ['a value of another type', { data: { resultType: 'vector', result: [{ metric: {}, value: [1, 1] }] } }, 'UNAVAILABLE a vector that does not read'],
    ['a query that is none', { status: 400, errorType: 'bad_data', error: '1:4: parse error: unclosed left parenthesis' }, 'REFUSED Prometheus at HOST refuses the query: bad_data: 1:4: parse error: unclosed left parenthesis'],
    ['a query that cannot be carried out', { status: 422, errorType: 'execution', error: 'many-to-many matching not allowed' }, 'REFUSED Prometheus at HOST refuses the query: execution: many-to-many matching not allowed'],
    ['a query that takes too long', { status: 503, errorType: 'timeout', error: 'query timed out' }, 'TIMEOUT Prometheus at HOST could not answer: timeout: query timed out'],
    ['a server that is not ready', { status: 503, body: 'Service Unavailable' }, 'UNAVAILABLE Prometheus at HOST answered HTTP 503 and nothing that Prometheus says'],
    ['success under a status of failure', { status: 500, body: '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}' }, 'UNAVAILABLE Prometheus at HOST could not answer: HTTP 500: no reason given'],
    ['a server that wants a token', { status: 401, body: '' }, 'FORBIDDEN Prometheus at HOST refuses the agent with HTTP 401: CAPSTAN_PROMETHEUS_TOKEN_FILE of the agent names the token that it shows'],
    ['something else that answers', { status: 200, body: '<html>welcome</html>' }, 'UNAVAILABLE Prometheus at HOST answered HTTP 200 and nothing that Prometheus says'],
    ['a broken connection', 'close', 'UNAVAILABLE Prometheus at HOST cannot be reached (ECONNRESET): CAPSTAN_PROMETHEUS_URL of the agent says where it is'],
    ['an answer that is cut short', 'truncate', 'UNAVAILABLE Prometheus at HOST cannot be reached (ECONNRESET): CAPSTAN_PROMETHEUS_URL of the agent says where it is'],
    ['more than anybody reads', { status: 200, body: `"${'x'.repeat(1024 * 1024)}"` }, 'TOO_LARGE Prometheus at HOST answers with more than 1048576 bytes: put sum(...) around the query'],
    ['a redirect', { status: 307, body: '', location: 'http://metadata.internal:80/latest' }, 'UNAVAILABLE Prometheus at HOST redirects to metadata.internal, and the agent does not follow: set its CAPSTAN_PROMETHEUS_URL to the real address'],
  ])('reads %s', async (_name, answer, expected) => {
    expect(await measured(answer)).toBe(expected);
    expect(server.queries).toHaveLength(1); // one question, and nobody else was asked
  });

  it('waits for a server that hangs no longer than it said', async () => {
    expect(await measured('hang', { timeoutMs: 50 })).toBe('TIMEOUT Prometheus at HOST did not answer within 0.05 s');
  });

  it('gives up when nobody waits any more, with the reason of the one who gave up', async () => {
    server.answer = () => 'hang';
    const over = new AbortController();
    const asked = source().measure('up', over.signal);
    over.abort(new Error('the hub has lost interest'));
    await expect(asked).rejects.toThrow('the hub has lost interest');
  });

  it('says where it is looked for when nothing listens there, or was not told at all', async () => {
    const [port = 0] = await freePorts(1);
    await expect(source({ url: new URL(`http://127.0.0.1:${port}`) }).measure('up', never)).resolves.toEqual({ ok: false, error: { code: 'UNAVAILABLE', message: `Prometheus at 127.0.0.1:${port} cannot be reached (ECONNREFUSED): CAPSTAN_PROMETHEUS_URL of the agent says where it is` } });
    await expect(NO_PROMETHEUS.measure('up', never)).resolves.toMatchObject({ ok: false, error: { code: 'REFUSED', message: expect.stringContaining('CAPSTAN_PROMETHEUS_URL') } });
  });

  it('asks below the path of its address', async () => {
    expect(await measured({ vector: ['1'] }, { url: new URL(`${server.url}/tenant/a/`) })).toBe('1');
    expect(server.queries[0]?.path).toBe('/tenant/a/api/v1/query');
    expect(await measured({ status: 404, body: '404 page not found' }, { url: new URL(`${server.url}/x`) })).toContain('has no /api/v1/query: CAPSTAN_PROMETHEUS_URL');
  });

  it('shows the token that the file holds now, and asks nobody while there is none', async () => {
    const tokenFile = join(directory, 'token');
    await expect(measured({ vector: ['1'] }, { tokenFile })).resolves.toContain('UNAVAILABLE the file of CAPSTAN_PROMETHEUS_TOKEN_FILE of the agent cannot be read (ENOENT)');
    for (const token of ['first-token', 'second-token']) {
      await writeFile(tokenFile, `${token}\n`);
      expect(await measured({ vector: ['1'] }, { tokenFile })).toBe('1');
    }
    await writeFile(tokenFile, ' \n');
    await expect(measured({ vector: ['1'] }, { tokenFile })).resolves.toContain('is empty');
    expect(server.queries.map(({ authorization }) => authorization)).toEqual(['Bearer first-token', 'Bearer second-token']);
  });

  it.each([
    ['a line break within', 'fi\nrst-token'], ['a line break of another system within', 'fi\r\nrst-token'], ['a NUL', 'fi\0rst-token'], ['letters that no header takes', 'fi\u0141rst-token'],
  ])('shows no token with %s, to anybody, and says what is wrong', async (_name, token) => {
    const tokenFile = join(directory, 'odd-token');
    await writeFile(tokenFile, token);
    expect(await measured({ vector: ['1'] }, { tokenFile })).toBe('UNAVAILABLE the file of CAPSTAN_PROMETHEUS_TOKEN_FILE of the agent holds more than a token: a line break or another character within it that no HTTP header takes');
    expect(server.queries).toEqual([]);
  });

  it('repeats no token that a server tells back', async () => {
    const tokenFile = join(directory, 'told-token');
    await writeFile(tokenFile, 'told-back-0451');
    expect(await measured({ status: 400, errorType: 'bad_data', error: 'Bearer told-back-0451 may not' }, { tokenFile })).toBe('REFUSED Prometheus at HOST refuses the query: bad_data: Bearer *** may not');
    expect(await measured({ vector: ['1'], warnings: ['told-back-0451 expires'] }, { tokenFile })).toBe('1 (*** expires)');
  });

  it('trusts over TLS the authorities of its file, and nobody else', async () => {
    const { pem, key } = await anAuthority();
    const secure = new PrometheusServer({ cert: pem, key });
    secure.answer = () => ({ vector: ['7'] });
    await secure.start();
    try {
      const caFile = join(directory, 'ca.pem');
      await writeFile(caFile, pem);
      await expect(source({ url: new URL(secure.url), caFile }).measure('up', never)).resolves.toMatchObject({ ok: true, value: { value: 7 } });
      await expect(source({ url: new URL(secure.url) }).measure('up', never)).resolves.toMatchObject({ ok: false, error: { code: 'UNAVAILABLE', message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') } });
      expect(secure.queries).toHaveLength(1);
    } finally {
      await secure.stop();
    }
  });
});

async function anAuthority(): Promise<{ readonly pem: string; readonly key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost', keys, signingAlgorithm: algorithm, notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  return { pem: certificate.toString('pem'), key: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY') };
}
