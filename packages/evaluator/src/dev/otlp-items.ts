import { UnderstudyError } from '../errors.js';

/** A body that is no OTLP export request. */
class OtlpError extends UnderstudyError {
  constructor(message: string) {
    super('otlp', message);
  }
}

/** Bytes of JSON that are read to count: all of it has to be parsed at once, which holds up everything else and takes many times its size. */
export const MOST_JSON: number = 1024 * 1024;
/** Fields of protobuf that are read to count. An exporter's batch has some hundreds. */
export const MOST_FIELDS = 100_000;

/**
 * How many items an OTLP export request holds: spans, metrics or log records. Nothing else of it is read. Null where that would take too long:
 * {@link MOST_JSON}, {@link MOST_FIELDS}.
 *
 * Source: opentelemetry-proto, `ExportTraceServiceRequest` and its two siblings. All three nest alike: the resources are field 1, their scopes
 * field 2, the items of these field 2. Cost: linear in the top levels; the items themselves are skipped.
 *
 * @throws OtlpError where it cannot be read
 */
export function countItems(body: Uint8Array, encoding: 'protobuf' | 'json'): number | null {
  if (encoding === 'json') return body.length > MOST_JSON ? null : countJson(body);
  return countNested({ bytes: body, fields: 0 }, 0, body.length, PATH);
}

/** What is read, and how many fields of it have been. */
interface Scan {
  readonly bytes: Uint8Array;
  fields: number;
}

/** The numbers of the fields that lead to the items. */
const PATH = [1, 2, 2] as const;

function countNested(scan: Scan, from: number, to: number, path: readonly number[]): number | null {
  const { bytes } = scan;
  const [wanted, ...rest] = path;
  let count = 0;
  for (let at = from; at < to;) {
    scan.fields += 1;
    if (scan.fields > MOST_FIELDS) return null;
    const key = varint(bytes, at, to);
    at = key.next;
    const [field, wire] = [Math.floor(key.value / 8), key.value % 8];
    if (wire === 2) {
      const length = varint(bytes, at, to);
      const end = length.next + length.value;
      if (end > to) throw new OtlpError('a field is longer than what holds it');
      if (field === wanted) {
        const inside = rest.length === 0 ? 1 : countNested(scan, length.next, end, rest);
        if (inside === null) return null;
        count += inside;
      }
      at = end;
    } else {
      at = afterScalar(bytes, at, to, wire);
    }
  }
  return count;
}

function afterScalar(bytes: Uint8Array, at: number, to: number, wire: number): number {
  const next = wire === 0 ? varint(bytes, at, to).next : wire === 1 ? at + 8 : wire === 5 ? at + 4 : Infinity;
  if (next > to) throw new OtlpError('a field is cut off, or of no known kind');
  return next;
}

/** At most ten bytes; beyond 2^53 the value is not exact, and too long for anything. */
function varint(bytes: Uint8Array, from: number, to: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = from; at < to && at < from + 10; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw new OtlpError('a number is cut off');
}

/** The names of the same fields in JSON: of resources, of their scopes, of the items. */
const NAMES = [
  ['resourceSpans', 'resourceMetrics', 'resourceLogs'],
  ['scopeSpans', 'scopeMetrics', 'scopeLogs'],
  ['spans', 'metrics', 'logRecords'],
] as const;

function countJson(body: Uint8Array): number {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new OtlpError('it is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new OtlpError('it is no JSON object');
  return countListed(value, 0);
}

/** The items under one value, whose names are those of this level. */
function countListed(value: unknown, level: number): number {
  const names = NAMES[level];
  if (names === undefined) return 1;
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  for (const name of names) {
    if (!Object.hasOwn(value, name)) continue;
    const list = (value as Readonly<Record<string, unknown>>)[name];
    if (!Array.isArray(list)) throw new OtlpError(`\`${name}\` is no list`);
    if (level === NAMES.length - 1) count += list.length;
    else for (const one of list as readonly unknown[]) count += countListed(one, level + 1);
  }
  return count;
}
