/**
 * Reads the protobuf encoding of OTLP into the shape of its JSON encoding.
 *
 * Only what tests assert on is in the tables; unknown fields are skipped, as protobuf asks for. Field numbers:
 * github.com/open-telemetry/opentelemetry-proto, `trace.proto`, `metrics.proto`, `logs.proto`, `common.proto`.
 */
type Scalar =
  | 'string'
  | 'hex'
  | 'bytes'
  | 'uint'
  | 'int'
  | 'sint'
  | 'bool'
  | 'fixed64'
  | 'sfixed64'
  | 'fixed32'
  | 'double';
type Kind = Scalar | MessageTable;

interface Field {
  readonly name: string;
  readonly kind: Kind | (() => MessageTable);
  readonly repeated?: boolean;
}

/** Field number -> field. */
type MessageTable = { readonly [number: number]: Field };

const field = (name: string, kind: Field['kind']): Field => ({ name, kind });
const list = (name: string, kind: Field['kind']): Field => ({ name, kind, repeated: true });

const ANY_VALUE: MessageTable = {
  1: field('stringValue', 'string'),
  2: field('boolValue', 'bool'),
  3: field('intValue', 'int'),
  4: field('doubleValue', 'double'),
  5: field('arrayValue', () => ({ 1: list('values', ANY_VALUE) })),
  6: field('kvlistValue', () => ({ 1: list('values', KEY_VALUE) })),
  7: field('bytesValue', 'bytes'),
};
const KEY_VALUE: MessageTable = { 1: field('key', 'string'), 2: field('value', ANY_VALUE) };
const RESOURCE: MessageTable = { 1: list('attributes', KEY_VALUE) };
const SCOPE: MessageTable = { 1: field('name', 'string'), 2: field('version', 'string') };

const SPAN: MessageTable = {
  1: field('traceId', 'hex'),
  2: field('spanId', 'hex'),
  4: field('parentSpanId', 'hex'),
  5: field('name', 'string'),
  6: field('kind', 'uint'),
  7: field('startTimeUnixNano', 'fixed64'),
  8: field('endTimeUnixNano', 'fixed64'),
  9: list('attributes', KEY_VALUE),
  11: list('events', {
    1: field('timeUnixNano', 'fixed64'),
    2: field('name', 'string'),
    3: list('attributes', KEY_VALUE),
  }),
  13: list('links', {
    1: field('traceId', 'hex'),
    2: field('spanId', 'hex'),
    4: list('attributes', KEY_VALUE),
  }),
  15: field('status', { 2: field('message', 'string'), 3: field('code', 'uint') }),
};

const NUMBER_POINT: MessageTable = {
  2: field('startTimeUnixNano', 'fixed64'),
  3: field('timeUnixNano', 'fixed64'),
  4: field('asDouble', 'double'),
  6: field('asInt', 'sfixed64'),
  7: list('attributes', KEY_VALUE),
};
const HISTOGRAM_POINT: MessageTable = {
  2: field('startTimeUnixNano', 'fixed64'),
  3: field('timeUnixNano', 'fixed64'),
  4: field('count', 'fixed64'),
  5: field('sum', 'double'),
  6: list('bucketCounts', 'fixed64'),
  7: list('explicitBounds', 'double'),
  9: list('attributes', KEY_VALUE),
};
const BUCKETS: MessageTable = { 1: field('offset', 'sint'), 2: list('bucketCounts', 'uint') };
const EXPONENTIAL_POINT: MessageTable = {
  1: list('attributes', KEY_VALUE),
  2: field('startTimeUnixNano', 'fixed64'),
  3: field('timeUnixNano', 'fixed64'),
  4: field('count', 'fixed64'),
  5: field('sum', 'double'),
  6: field('scale', 'sint'),
  7: field('zeroCount', 'fixed64'),
  8: field('positive', BUCKETS),
  9: field('negative', BUCKETS),
};
const METRIC: MessageTable = {
  1: field('name', 'string'),
  2: field('description', 'string'),
  3: field('unit', 'string'),
  5: field('gauge', { 1: list('dataPoints', NUMBER_POINT) }),
  7: field('sum', {
    1: list('dataPoints', NUMBER_POINT),
    2: field('aggregationTemporality', 'uint'),
    3: field('isMonotonic', 'bool'),
  }),
  9: field('histogram', { 1: list('dataPoints', HISTOGRAM_POINT), 2: field('aggregationTemporality', 'uint') }),
  10: field('exponentialHistogram', {
    1: list('dataPoints', EXPONENTIAL_POINT),
    2: field('aggregationTemporality', 'uint'),
  }),
};
const LOG_RECORD: MessageTable = {
  1: field('timeUnixNano', 'fixed64'),
  2: field('severityNumber', 'uint'),
  3: field('severityText', 'string'),
  5: field('body', ANY_VALUE),
  6: list('attributes', KEY_VALUE),
  9: field('traceId', 'hex'),
  10: field('spanId', 'hex'),
  12: field('eventName', 'string'),
};

/** The three requests of OTLP have one outline: resources, then scopes, then items. */
const request = (resources: string, scopes: string, items: string, item: MessageTable): MessageTable => ({
  1: list(resources, {
    1: field('resource', RESOURCE),
    2: list(scopes, { 1: field('scope', SCOPE), 2: list(items, item) }),
  }),
});

export const TRACES: MessageTable = request('resourceSpans', 'scopeSpans', 'spans', SPAN);
export const METRICS: MessageTable = request('resourceMetrics', 'scopeMetrics', 'metrics', METRIC);
export const LOGS: MessageTable = request('resourceLogs', 'scopeLogs', 'logRecords', LOG_RECORD);

class Reader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes.readUInt8(this.at);
      this.at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  take(length: number): Buffer {
    if (this.at + length > this.#bytes.length) throw new Error('protobuf: ended in the middle of a field');
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}

/** Wire types: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
const wireTypeOf = (kind: Scalar): number => {
  if (kind === 'fixed64' || kind === 'sfixed64' || kind === 'double') return 1;
  if (kind === 'fixed32') return 5;
  return kind === 'string' || kind === 'hex' || kind === 'bytes' ? 2 : 0;
};

/** 64-bit integers as decimal strings and ids in hex, as OTLP's JSON has them. */
function scalar(reader: Reader, kind: Scalar): unknown {
  switch (kind) {
    case 'string':
      return reader.take(Number(reader.varint())).toString('utf8');
    case 'hex':
      return reader.take(Number(reader.varint())).toString('hex');
    case 'bytes':
      return reader.take(Number(reader.varint())).toString('base64');
    case 'bool':
      return reader.varint() !== 0n;
    case 'uint':
      return Number(reader.varint());
    case 'int':
      return BigInt.asIntN(64, reader.varint()).toString();
    case 'sint': {
      const value = reader.varint();
      return Number((value >> 1n) ^ -(value & 1n));
    }
    case 'fixed64':
      return reader.take(8).readBigUInt64LE().toString();
    case 'sfixed64':
      return reader.take(8).readBigInt64LE().toString();
    case 'fixed32':
      return reader.take(4).readUInt32LE();
    case 'double':
      return reader.take(8).readDoubleLE();
  }
}

function skip(reader: Reader, wireType: number): void {
  if (wireType === 0) reader.varint();
  else if (wireType === 1) reader.take(8);
  else if (wireType === 2) reader.take(Number(reader.varint()));
  else if (wireType === 5) reader.take(4);
  else throw new Error(`protobuf: unknown wire type ${wireType}`);
}

function values(reader: Reader, kind: Kind, wireType: number): unknown[] {
  if (typeof kind !== 'string') return [decode(reader.take(Number(reader.varint())), kind)];
  if (wireType !== 2 || wireTypeOf(kind) === 2) return [scalar(reader, kind)];
  const packed = new Reader(reader.take(Number(reader.varint())));
  const found: unknown[] = [];
  while (!packed.done) found.push(scalar(packed, kind));
  return found;
}

/** @throws on bytes that are not protobuf. */
export function decode(bytes: Buffer, table: MessageTable): Record<string, unknown> {
  const reader = new Reader(bytes);
  const message: Record<string, unknown> = {};
  while (!reader.done) {
    const tag = Number(reader.varint());
    const wireType = tag & 7;
    const entry = table[tag >>> 3];
    if (entry === undefined) {
      skip(reader, wireType);
      continue;
    }
    const kind = typeof entry.kind === 'function' ? entry.kind() : entry.kind;
    const found = values(reader, kind, wireType);
    if (entry.repeated === true)
      message[entry.name] = [...((message[entry.name] as unknown[] | undefined) ?? []), ...found];
    else message[entry.name] = found[0];
  }
  return message;
}
