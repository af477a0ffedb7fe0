import { describe, expect, it } from 'vitest';
import { countItems, MOST_FIELDS, MOST_JSON } from './otlp-items.js';

/** A field of protobuf that holds bytes. */
const field = (number: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  if (body.length > 127) throw new Error('too long for a test');
  return Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body]);
};
const text = Buffer.from('spans');
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('countItems', () => {
  it('counts what lies under a resource and a scope in protobuf, and nothing else', () => {
    const scope = field(2, field(1, text), field(2, text), field(2), field(3, text));
    expect(countItems(Buffer.concat([field(1, field(1, text), scope, scope), field(1, scope)]), 'protobuf')).toBe(6);
    expect(countItems(new Uint8Array(), 'protobuf')).toBe(0);
  });

  it('passes over fields of every other kind', () => {
    const others = Buffer.from([0x18, 0x96, 0x01, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2d, 1, 2, 3, 4]);
    expect(countItems(Buffer.concat([others, field(1, others, field(2, others, field(2)))]), 'protobuf')).toBe(1);
  });

  it.each([
    ['a length past the end', [0x0a, 0x7f, 0x00]],
    ['a number without an end', [0x0a, 0x80]],
    ['a number of eleven bytes', Array.from({ length: 12 }, () => 0x80)],
    ['a group', [0x0b, 0x0c]],
    ['a fixed number that is cut off', [0x0d, 1, 2]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => countItems(Uint8Array.from(bytes), 'protobuf')).toThrow(/longer than|cut off|kind/);
  });

  it('counts in JSON, of each signal', () => {
    const scopes = [{ spans: [{}, {}] }, { spans: [{}] }];
    expect(countItems(json({ resourceSpans: [{ scopeSpans: scopes }, {}] }), 'json')).toBe(3);
    expect(countItems(json({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{}] }] }] }), 'json')).toBe(1);
    expect(countItems(json({ resourceLogs: [{ scopeLogs: [{ logRecords: [{}] }] }] }), 'json')).toBe(1);
    expect(countItems(json({}), 'json')).toBe(0);
  });

  it.each(['', 'no', '[]', 'null', '{"resourceSpans":{}}', '\u00ff'])('refuses the JSON %j', (body) => {
    expect(() => countItems(Buffer.from(body, 'latin1'), 'json')).toThrow(/JSON|list/);
  });

  it('reads no more of a long body than takes a moment', () => {
    const read: number[] = [];
    // Resources that hold nothing, two bytes each.
    const long = new Proxy(new Uint8Array(16 * 1024 * 1024).fill(0x0a), {
      get: (bytes, name) => {
        if (name === 'length') return bytes.length;
        read.push(Number(name));
        return Number(name) % 2 === 0 ? 0x0a : 0;
      },
    });
    expect(countItems(long, 'protobuf')).toBeNull();
    expect(read.length).toBeLessThanOrEqual(2 * MOST_FIELDS);
    expect(countItems(Buffer.alloc(MOST_JSON + 1, 'x'), 'json')).toBeNull();
  });
});
