import { err, errorCode, ok, type Result, type Timers } from '#kernel';
import type { Measurement } from '#wire';
import { readFile } from 'node:fs/promises';
import type { RequestFailure } from '../session/session.ports.js';
import { postForm } from './post-form.js';
import type { MetricSource, PrometheusSettings } from './prometheus.ports.js';
import { readPrometheusAnswer } from './read-prometheus-answer.js';

const TIMEOUT_MS = 8_000;
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_TOKEN_BYTES = 64 * 1024;
const FITS_A_HEADER = /^[\x20-\x7e]+$/;

/** The Prometheus of the cluster. The hub says what is asked, never whom: a hub that was taken over must not make agents call addresses of its choice. */
export class Prometheus implements MetricSource {
  readonly #endpoint: URL;
  readonly #where: string;

  constructor(
    private readonly settings: PrometheusSettings,
    private readonly timers: Timers,
  ) {
    const { url } = settings;
    this.#endpoint = new URL(`${url.pathname.replace(/\/+$/, '')}/api/v1/query`, url);
    this.#where = `Prometheus at ${url.host}`;
  }

  async measure(query: string, signal: AbortSignal): Promise<Result<Measurement, RequestFailure>> {
    const { tokenFile, caFile, timeoutMs = TIMEOUT_MS } = this.settings;
    const token = await tokenIn(tokenFile);
    const ca = await fileText(caFile, 'CAPSTAN_PROMETHEUS_CA_FILE');
    if (!token.ok) return token;
    if (!ca.ok) return ca;
    const late = new AbortController();
    const timer = this.timers.after(timeoutMs, () => late.abort());
    try {
      const headers = token.value === undefined ? {} : { authorization: `Bearer ${token.value}` };
      const form = new URLSearchParams({ query, timeout: `${timeoutMs}ms` });
      const answered = await postForm(this.#endpoint, form, { headers, ca: ca.value, maxBytes: MAX_BODY_BYTES, signal: AbortSignal.any([signal, late.signal]) });
      signal.throwIfAborted();
      if (late.signal.aborted) return refuse('TIMEOUT', `${this.#where} did not answer within ${timeoutMs / 1_000} s`);
      if (!answered.ok) return answered.error.code === 'TOO_LARGE' ? refuse('TOO_LARGE', `${this.#where} answers with more than ${MAX_BODY_BYTES} bytes: put sum(...) around the query`) : refuse('UNAVAILABLE', `${this.#where} cannot be reached (${answered.error.why}): CAPSTAN_PROMETHEUS_URL of the agent says where it is`);
      const { status, location, body } = answered.value;
      if (status >= 300 && status < 400) return refuse('UNAVAILABLE', `${this.#where} redirects to ${hostOf(location)}, and the agent does not follow: set its CAPSTAN_PROMETHEUS_URL to the real address`);
      return withoutToken(readPrometheusAnswer(status, body, this.#where), token.value);
    } finally {
      timer.cancel();
    }
  }
}

/** Of an agent that was not told of any Prometheus. */
export const NO_PROMETHEUS: MetricSource = {
  measure: () => Promise.resolve(refuse('REFUSED', 'the agent was not told of a Prometheus: set CAPSTAN_PROMETHEUS_URL, or prometheus.url in its chart')),
};

/** undefined: none is set. A file that is set and does not read is a failure, never nothing. */
async function fileText(file: string | undefined, setting: string): Promise<Result<string | undefined, RequestFailure>> {
  if (file === undefined) return { ok: true, value: undefined };
  try {
    const text = await readFile(file, 'utf8');
    if (text.trim() === '' || text.length > MAX_TOKEN_BYTES) return refuse('UNAVAILABLE', `the file of ${setting} of the agent is ${text.trim() === '' ? 'empty' : 'too large'}`);
    return { ok: true, value: text };
  } catch (error) {
    return refuse('UNAVAILABLE', `the file of ${setting} of the agent cannot be read (${errorCode(error) ?? 'unreadable'})`);
  }
}

async function tokenIn(file: string | undefined): Promise<Result<string | undefined, RequestFailure>> {
  const read = await fileText(file, 'CAPSTAN_PROMETHEUS_TOKEN_FILE');
  if (!read.ok || read.value === undefined) return read;
  const token = read.value.trim();
  return FITS_A_HEADER.test(token) ? ok(token) : refuse('UNAVAILABLE', 'the file of CAPSTAN_PROMETHEUS_TOKEN_FILE of the agent holds more than a token: a line break or another character within it that no HTTP header takes');
}

/** Servers and what stands before them may tell back what they were shown. */
function withoutToken(answered: Result<Measurement, RequestFailure>, token: string | undefined): Result<Measurement, RequestFailure> {
  if (token === undefined) return answered;
  const clean = (text: string): string => text.replaceAll(token, '***');
  return answered.ok ? ok({ ...answered.value, warnings: answered.value.warnings.map(clean) }) : err({ ...answered.error, message: clean(answered.error.message) });
}

function hostOf(location: string | undefined): string {
  return URL.canParse(location ?? '') ? new URL(location ?? '').host.slice(0, 255) : 'another path';
}

function refuse(code: RequestFailure['code'], message: string): Result<never, RequestFailure> {
  return err({ code, message });
}
