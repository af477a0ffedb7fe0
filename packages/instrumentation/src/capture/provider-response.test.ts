import { APIError } from 'openai';
import { expect, it } from 'vitest';
import { responseOf, resultResponse } from './provider-response.js';

it('finds status and headers on the errors of SDKs', () => {
  const openai = APIError.generate(429, undefined, 'slow down', new Headers({ 'retry-after': '7' }));
  expect(responseOf(openai)?.status).toBe(429);
  expect(responseOf(openai)?.header('retry-after')).toBe('7');

  const aiSdk = Object.assign(new Error('overloaded'), {
    name: 'AI_APICallError',
    statusCode: 529,
    responseHeaders: { 'retry-after-ms': '1500' },
  });
  expect(responseOf(aiSdk)?.status).toBe(529);
  expect(responseOf(aiSdk)?.header('retry-after-ms')).toBe('1500');
  expect(responseOf(new Error('no answer', { cause: aiSdk }))?.status).toBe(529);
  expect(responseOf({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } })?.status).toBe(429);
});

it('reads what gRPC says of an exhausted or absent provider as its status', () => {
  expect(responseOf({ code: 8, details: 'quota', metadata: {} })?.status).toBe(429);
  expect(responseOf({ code: 14, details: 'away', metadata: {} })?.status).toBe(503);
  expect(responseOf({ code: 3, details: 'bad', metadata: {} })).toBeNull();
});

it('takes nothing else for a response', () => {
  for (const error of [null, 'no', new Error('no'), { status: 'ok' }, { status: 42 }, { statusCode: 4.5 }, { code: 8 }])
    expect(responseOf(error)).toBeNull();
});

it('reads the headers of what a model of the AI SDK gave back', () => {
  expect(resultResponse({ response: { headers: { 'x-a': '1' } } })?.header('x-a')).toBe('1');
  expect(resultResponse({ response: {} })).toBeNull();
  expect(resultResponse(undefined)).toBeNull();
});
