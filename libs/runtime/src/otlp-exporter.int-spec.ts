import { afterEach, describe, expect, it } from '@jest/globals';
import { silentLog, traceUnder, type Span } from '#kernel';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { OtlpExporter } from './otlp-exporter.js';
import { systemClock, systemTimers } from './system-time.js';

const START = new Date('2026-11-03T08:00:00.123Z');
let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

async function aCollector(answer: (body: string, url: string | undefined) => number | undefined): Promise<URL> {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const status = answer(body, request.url);
      if (status !== undefined) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/otlp/`);
}

function anExporter(endpoint: URL): { readonly exporter: OtlpExporter; readonly lost: () => number; readonly warnings: string[] } {
  let lost = 0;
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  return { exporter: new OtlpExporter({ endpoint, service: 'capstan-hub', version: '1.2.3', clock: systemClock, timers: systemTimers, log, onLost: (count) => (lost += count) }), lost: () => lost, warnings };
}

function aSpan(number: number, more: Partial<Span> = {}): Span {
  const uuid = `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  return { name: 'stage eu', at: traceUnder(undefined, uuid, 'stage eu'), parentId: undefined, startedAt: START, endedAt: new Date(START.getTime() + 1_500), attributes: { text: 'a', count: 2, none: undefined }, ...more };
}

describe('the exporter of spans', () => {
  it('says them as OTLP in JSON, at v1/traces of the address', async () => {
    const came: { readonly body: string; readonly url: string | undefined }[] = [];
    const { exporter, lost } = anExporter(await aCollector((body, url) => (came.push({ body, url }), 200)));
    const span = aSpan(1);
    exporter.record(span);
    exporter.record(aSpan(2, { parentId: span.at.spanId, endedAt: new Date(START.getTime() - 5), failure: 'a gate failed' }));
    await exporter.close();
    expect(came.map(({ url }) => url)).toEqual(['/otlp/v1/traces']);
    const times = { startTimeUnixNano: '1793692800123000000', endTimeUnixNano: '1793692801623000000' };
    const attributes = [{ key: 'text', value: { stringValue: 'a' } }, { key: 'count', value: { intValue: '2' } }];
    expect(JSON.parse(came[0]?.body ?? '')).toEqual({
      resourceSpans: [{
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'capstan-hub' } }, { key: 'service.version', value: { stringValue: '1.2.3' } }] },
        scopeSpans: [{
          scope: { name: 'capstan', version: '1.2.3' },
          spans: [
            { traceId: '00000000000070008000000000000001', spanId: span.at.spanId, name: 'stage eu', kind: 1, ...times, attributes },
            {
              traceId: '00000000000070008000000000000002', spanId: aSpan(2).at.spanId, parentSpanId: span.at.spanId, name: 'stage eu', kind: 1, ...times, endTimeUnixNano: times.startTimeUnixNano, attributes,
              status: { code: 2, message: 'a gate failed' },
            },
          ],
        }],
      }],
    });
    expect(lost()).toBe(0);
  });

  it('keeps no more than 2048, sends them in batches, and counts the rest as lost', async () => {
    const sizes: number[] = [];
    const { exporter, lost } = anExporter(await aCollector((body) => (sizes.push(body.split('"traceId"').length - 1), 200)));
    for (let number = 1; number <= 3_000; number += 1) exporter.record(aSpan(number));
    expect(lost()).toBe(3_000 - 2_048);
    await exporter.close();
    expect(sizes).toEqual(Array.from({ length: 8 }, () => 256));
    exporter.record(aSpan(1));
    expect(lost()).toBe(3_000 - 2_048 + 1);
  });

  it.each<[string, number | undefined]>([['refuses', 503], ['does not answer', undefined]])('lets go of a collector that %s, says so once, and closes all the same', async (_name, status) => {
    const { exporter, lost, warnings } = anExporter(await aCollector(() => status));
    for (let number = 1; number <= 300; number += 1) exporter.record(aSpan(number));
    await exporter.close();
    expect([lost(), warnings.length]).toEqual([300, 1]);
  });

  it('needs nobody there', async () => {
    const endpoint = await aCollector(() => 200);
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;
    const { exporter, lost } = anExporter(endpoint);
    exporter.record(aSpan(1));
    await exporter.close();
    expect(lost()).toBe(1);
  });
});
