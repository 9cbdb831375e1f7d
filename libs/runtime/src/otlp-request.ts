import type { Json, Span } from '#kernel';

const KIND_INTERNAL = 1;
const STATUS_ERROR = 2;

/** The body of one export: ExportTraceServiceRequest in the JSON encoding of OTLP, in which ids are hex and times are nanoseconds in a string. */
export function otlpRequest(spans: readonly Span[], from: { readonly service: string; readonly version: string }): Json {
  return {
    resourceSpans: [{
      resource: { attributes: attributesOf({ 'service.name': from.service, 'service.version': from.version }) },
      scopeSpans: [{ scope: { name: 'capstan', version: from.version }, spans: spans.map(toOtlp) }],
    }],
  };
}

/** Some times are those of the database, others of a process: no span ends before it began. */
function toOtlp({ name, at, parentId, startedAt, endedAt, attributes, failure }: Span): Json {
  return {
    traceId: at.traceId, spanId: at.spanId, ...(parentId === undefined ? {} : { parentSpanId: parentId }), name, kind: KIND_INTERNAL,
    startTimeUnixNano: nanosOf(startedAt), endTimeUnixNano: nanosOf(endedAt < startedAt ? startedAt : endedAt), attributes: attributesOf(attributes),
    ...(failure === undefined ? {} : { status: { code: STATUS_ERROR, message: failure } }),
  };
}

function attributesOf(attributes: Span['attributes']): Json[] {
  return Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }]));
}

function nanosOf(time: Date): string {
  return `${time.getTime()}000000`;
}
