/** Attributes as plain values: strings, booleans, numbers, arrays. An integer past 2^53 is a bigint. */
export type Attributes = Readonly<Record<string, unknown>>;

interface Origin {
  readonly resource: Attributes;
  /** Name of the instrumentation scope. */
  readonly scope: string;
}

export interface OtlpSpan extends Origin {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly startNano: bigint;
  readonly endNano: bigint;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Attributes }[];
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string };
}

export interface OtlpPoint extends Origin {
  readonly metric: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram';
  readonly temporality: 'delta' | 'cumulative' | null;
  readonly attributes: Attributes;
  /** A gauge's or sum's value; a histogram's sum. */
  readonly value: number;
  /** A histogram's count, else null. */
  readonly count: number | null;
  readonly startNano: bigint;
  readonly timeNano: bigint;
}

export interface OtlpLog extends Origin {
  readonly eventName: string | null;
  readonly severity: string;
  readonly body: unknown;
  readonly attributes: Attributes;
  readonly traceId: string | null;
  readonly spanId: string | null;
}

type Json = Readonly<Record<string, unknown>>;

const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUS_CODES = ['unset', 'ok', 'error'] as const;
const POINT_KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram'] as const;
const TEMPORALITIES = [null, 'delta', 'cumulative'] as const;

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(objectOf) : []);
const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const nullable = (value: unknown): string | null => stringOf(value) || null;
const nanoOf = (value: unknown): bigint => BigInt(typeof value === 'string' || typeof value === 'number' ? value : 0);

function integer(value: unknown): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(stringOf(value));
}

/** Reads an AnyValue: an object with one field, named after its type. */
function valueOf(value: unknown): unknown {
  const [entry] = Object.entries(objectOf(value));
  if (entry === undefined) return null;
  const [type, inner] = entry;
  if (type === 'intValue') return integer(inner);
  if (type === 'arrayValue') return listOf(objectOf(inner)['values']).map(valueOf);
  if (type === 'kvlistValue') return attributesOf(objectOf(inner)['values']);
  return inner;
}

function attributesOf(value: unknown): Attributes {
  return Object.fromEntries(listOf(value).map((item) => [stringOf(item['key']), valueOf(item['value'])]));
}

/** The items of a request of OTLP with their origin. `name` is `Spans`, `Metrics` or `Logs`. */
function itemsOf(request: unknown, name: string, items: string): [Json, Origin][] {
  return listOf(objectOf(request)[`resource${name}`]).flatMap((group) => {
    const resource = attributesOf(objectOf(group['resource'])['attributes']);
    return listOf(group[`scope${name}`]).flatMap((scoped) => {
      const scope = stringOf(objectOf(scoped['scope'])['name']);
      return listOf(scoped[items]).map((item): [Json, Origin] => [item, { resource, scope }]);
    });
  });
}

/** Spans of an ExportTraceServiceRequest in OTLP's JSON shape. */
export function spansOf(request: unknown): OtlpSpan[] {
  return itemsOf(request, 'Spans', 'spans').map(([span, origin]) => {
    const status = objectOf(span['status']);
    return {
      ...origin,
      traceId: stringOf(span['traceId']),
      spanId: stringOf(span['spanId']),
      parentSpanId: nullable(span['parentSpanId']),
      name: stringOf(span['name']),
      kind: SPAN_KINDS[Number(span['kind'] ?? 0)] ?? 'unspecified',
      startNano: nanoOf(span['startTimeUnixNano']),
      endNano: nanoOf(span['endTimeUnixNano']),
      attributes: attributesOf(span['attributes']),
      events: listOf(span['events']).map((event) => ({
        name: stringOf(event['name']),
        attributes: attributesOf(event['attributes']),
      })),
      links: listOf(span['links']).map((link) => ({
        traceId: stringOf(link['traceId']),
        spanId: stringOf(link['spanId']),
        attributes: attributesOf(link['attributes']),
      })),
      status: { code: STATUS_CODES[Number(status['code'] ?? 0)] ?? 'unset', message: stringOf(status['message']) },
    };
  });
}

/** Data points of an ExportMetricsServiceRequest in OTLP's JSON shape. */
export function pointsOf(request: unknown): OtlpPoint[] {
  return itemsOf(request, 'Metrics', 'metrics').flatMap(([metric, origin]) => {
    const kind = POINT_KINDS.find((name) => metric[name] !== undefined);
    if (kind === undefined) return [];
    const data = objectOf(metric[kind]);
    return listOf(data['dataPoints']).map((point) => ({
      ...origin,
      metric: stringOf(metric['name']),
      unit: stringOf(metric['unit']),
      kind,
      temporality: TEMPORALITIES[Number(data['aggregationTemporality'] ?? 0)] ?? null,
      attributes: attributesOf(point['attributes']),
      value: Number(point['asInt'] ?? point['asDouble'] ?? point['sum'] ?? 0),
      count: point['count'] === undefined ? null : Number(point['count']),
      startNano: nanoOf(point['startTimeUnixNano']),
      timeNano: nanoOf(point['timeUnixNano']),
    }));
  });
}

/** Records of an ExportLogsServiceRequest in OTLP's JSON shape. */
export function logsOf(request: unknown): OtlpLog[] {
  return itemsOf(request, 'Logs', 'logRecords').map(([record, origin]) => ({
    ...origin,
    eventName: nullable(record['eventName']),
    severity: stringOf(record['severityText']),
    body: valueOf(record['body']),
    attributes: attributesOf(record['attributes']),
    traceId: nullable(record['traceId']),
    spanId: nullable(record['spanId']),
  }));
}
