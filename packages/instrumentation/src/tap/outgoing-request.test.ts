import { describe, expect, test, vi } from 'vitest';
import { outgoingRequest } from './outgoing-request.js';

const TARGET = 'http://model.test/v1?x=1';

describe('method and URL', () => {
  test.each([
    [[TARGET], 'GET'],
    [[new URL(TARGET), { method: 'post' }], 'POST'],
    [[new Request(TARGET, { method: 'PUT' })], 'PUT'],
    [[new Request(TARGET, { method: 'PUT' }), { method: 'POST' }], 'POST'],
  ])('%#', (args, method) => {
    expect(outgoingRequest(args)).toMatchObject({ method });
    expect(outgoingRequest(args)?.url.href).toBe(TARGET);
  });
});

describe('headers', () => {
  test.each([
    ['an object', { 'X-Name': 'v' }],
    ['Headers', new Headers({ 'X-Name': 'v' })],
    ['pairs', [['X-Name', 'v']]],
    ['a Map', new Map([['X-Name', 'v']])],
  ])('from %s', (_name, headers) => {
    expect([...(outgoingRequest([TARGET, { headers }])?.headers() ?? [])]).toEqual([['x-name', 'v']]);
  });

  test('values that are no text are those that are sent', () => {
    const headers = { 'x-count': 5, 'x-list': ['a', 'b'], 'x-on': true, 'x-none': undefined, 'x-odd': {} };
    expect([...(outgoingRequest([TARGET, { headers }])?.headers() ?? [])]).toEqual([
      ['x-count', '5'],
      ['x-list', 'a, b'],
      ['x-on', 'true'],
    ]);
  });

  test('a generator is left for fetch to walk', () => {
    const walked = vi.fn();
    function* headers(): Generator<[string, string]> {
      walked();
      yield ['x-name', 'v'];
    }
    expect(outgoingRequest([TARGET, { headers: headers() }])?.headers().size).toBe(0);
    expect(walked).not.toHaveBeenCalled();
  });
});

describe('body', () => {
  const bytes = new TextEncoder().encode('{"é":1}');
  test.each([
    ['a string', '{"é":1}'],
    ['bytes', bytes],
    ['a part of a buffer', new Uint8Array([...new TextEncoder().encode('xx'), ...bytes]).subarray(2)],
    ['an ArrayBuffer', bytes.buffer],
  ])('from %s', (_name, body) => {
    expect(outgoingRequest([TARGET, { method: 'POST', body }])?.body()).toBe('{"é":1}');
  });

  test.each([new Blob(['x']), new FormData(), new ReadableStream(), undefined, null])('not from %o', (body) => {
    expect(outgoingRequest([TARGET, { method: 'POST', body }])?.body()).toBeNull();
  });

  test('from a Request: a clone is read, and the Request can still be', async () => {
    const request = new Request(TARGET, { method: 'POST', body: '{"é":1}' });
    const body = outgoingRequest([request])?.body();
    await expect(body).resolves.toBe('{"é":1}');
    expect(request.bodyUsed).toBe(false);
    await expect(request.text()).resolves.toBe('{"é":1}');
  });

  test('a stream larger than may be held is not', async () => {
    const chunk = new Uint8Array(1024 * 1024);
    let sent = 0;
    const stream = new ReadableStream({
      pull(controller) {
        sent += 1;
        if (sent > 20) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const request = new Request(TARGET, { method: 'POST', body: stream, duplex: 'half' } as never);
    const body = outgoingRequest([request])?.body();
    const [own, ours] = await Promise.all([request.arrayBuffer(), body]);
    expect(own.byteLength).toBe(20 * chunk.length);
    expect(ours).toBeNull();
  });
});

test('an abort is asked for, not listened to', () => {
  const { signal, abort } = ((controller) => ({ signal: controller.signal, abort: () => controller.abort() }))(
    new AbortController(),
  );
  const listen = vi.spyOn(signal, 'addEventListener');
  const request = outgoingRequest([TARGET, { signal }]);
  expect(request?.aborted()).toBe(false);
  abort();
  expect(request?.aborted()).toBe(true);
  expect(listen).not.toHaveBeenCalled();
});
