import { SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test, vi } from 'vitest';
import { TARGET, ANSWER, tapped, networked, request, onlySpan } from './tapped.test.support.js';

describe('the end of a call, once, on every exit', () => {
  const refused = Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
  });
  test.each<[string, () => unknown, string, string | undefined]>([
    ['an error status', () => networked(['{}'], { status: 429 }), 'error:429', '429'],
    ['a redirect that is not followed', () => new Response(null, { status: 302 }), 'error:302', '302'],
    ['no connection', () => Promise.reject(refused), 'error:ECONNREFUSED', 'ECONNREFUSED'],
    [
      'an error that is none',
      () => Promise.reject(Object.assign(new Error('odd'), { name: 'told in words' })),
      'error:_OTHER',
      '_OTHER',
    ],
    ['an answer that is not one', () => networked(['<html>']), 'error:unreadable_answer', 'unreadable_answer'],
    [
      'an error inside',
      () => networked(['data: {"error":{"code":"overloaded"}}\n\n']),
      'error:overloaded',
      'overloaded',
    ],
    ['no content', () => new Response(null, { status: 204 }), 'error:unreadable_answer', 'unreadable_answer'],
    ['a good answer', () => networked([ANSWER]), 'ok', undefined],
  ])('%s', async (_name, answer, outcome, errorType) => {
    const { fetch, legs } = tapped(answer);
    await fetch(TARGET, request()).then(
      (response) => response.text(),
      () => undefined,
    );
    expect(legs.map((leg) => (leg.status === 'error' ? `error:${leg.type}` : leg.status))).toEqual([outcome]);
    const span = onlySpan();
    expect(span.attributes['error.type']).toBe(errorType);
    expect(span.status.code).toBe(errorType === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR);
  });

  test('an abort by the caller is no failure', async () => {
    const abort = new AbortController();
    const { fetch, legs } = tapped(async () => {
      await vi.waitFor(() => expect(abort.signal.aborted).toBe(true));
      throw abort.signal.reason;
    });
    const pending = fetch(TARGET, request(undefined, { signal: abort.signal }));
    abort.abort();
    await expect(pending).rejects.toBeDefined();
    expect(legs).toMatchObject([{ status: 'aborted' }]);
    expect(onlySpan()).toMatchObject({
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'understudy.outcome': 'aborted' },
    });
  });

  test("the caller's own deadline is one", async () => {
    const signal = AbortSignal.timeout(1);
    const { fetch, legs } = tapped(async () => {
      await vi.waitFor(() => expect(signal.aborted).toBe(true));
      throw signal.reason;
    });
    await expect(fetch(TARGET, request(undefined, { signal }))).rejects.toBeDefined();
    expect(legs).toMatchObject([{ status: 'error', type: 'TimeoutError' }]);
  });

  test.each([
    ['before [DONE]: aborted', 1, 'aborted'],
    ['after [DONE]: a normal end', 3, 'ok'],
  ])('a cancel %s', async (_name, reads, status) => {
    const { fetch, legs } = tapped(() =>
      networked([
        'data: {"id":"c","choices":[{"delta":{"content":"a"}}]}\n\n',
        'data: {"choices":[]}\n\n',
        'data: [DONE]\n\n',
        ': tail\n',
      ]),
    );
    const response = await fetch(TARGET, request({ model: 'm', stream: true }));
    const body = (response.body as ReadableStream<Uint8Array>).getReader();
    for (let index = 0; index < reads; index += 1) await body.read();
    await body.cancel();
    expect(legs).toMatchObject([{ status }]);
    onlySpan();
  });

  test('never read: given up when it last moved, and marked', async () => {
    const { fetch, legs } = tapped(() => networked([ANSWER]), { abandonedAfterMs: 200 });
    await fetch(TARGET, request());
    await vi.waitFor(() => expect(legs).toMatchObject([{ status: 'aborted' }]));
    expect(onlySpan().attributes['understudy.outcome']).toBe('abandoned');
    const [leg] = legs;
    if (leg?.status === 'aborted') expect(leg.afterMs).toBeLessThan(200);
  });
});
