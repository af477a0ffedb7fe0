import { describe, expect, it } from 'vitest';
import type { WireCall } from '../capture/call.js';
import { anthropicMessages } from '../dialect/protocols/anthropic-messages.js';
import { openaiChat } from '../dialect/protocols/openai-chat.js';
import type { Candidate } from '../experiment/definition.js';
import { Secret } from './secret.js';
import { candidateTarget, incumbentTarget, type Target, translatedTarget } from './target.js';

const sent: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  accept: 'application/json',
  authorization: 'Bearer primary',
  'api-key': 'primary',
  cookie: 'session=1',
  'openai-organization': 'org-1',
  'idempotency-key': 'k',
  'content-length': '10',
  'accept-encoding': 'gzip',
  host: 'api.example.com',
  connection: 'keep-alive',
  traceparent: '00-a',
  tracestate: 'x',
  baggage: 'user=1',
  'x-datadog-trace-id': '1',
  'x-b3-traceid': '1',
  'x-stainless-retry-count': '0',
};

const call = (url: string = 'https://api.example.com/v1/chat/completions?key=secret'): WireCall => ({
  url: new URL(url),
  headers: new Map(Object.entries(sent)),
  dialect: openaiChat,
  body: '{}',
});
const targetOf = (wire: WireCall, candidate: Candidate, key: Secret | null): Target =>
  candidateTarget(wire, wire, candidate, key);

describe('incumbentTarget', () => {
  it("repeats the primary's address and what of its headers is not of that one message or trace", () => {
    const { url, headers } = incumbentTarget(call());
    expect(url.href).toBe('https://api.example.com/v1/chat/completions?key=secret');
    expect(headers).toEqual({
      accept: 'application/json',
      'user-agent': 'node',
      'content-type': 'application/json',
      authorization: 'Bearer primary',
      'api-key': 'primary',
      'openai-organization': 'org-1',
      'accept-encoding': 'identity',
    });
  });
});

describe('candidateTarget', () => {
  it.each([
    ['https://b.example/x', 'https://b.example/x/chat/completions'],
    ['https://b.example/x/', 'https://b.example/x/chat/completions'],
    ['https://b.example', 'https://b.example/chat/completions'],
    ['https://b.example//evil.example', 'https://b.example//evil.example/chat/completions'],
    ['https://api.example.com/other', 'https://api.example.com/other/chat/completions?key=secret'],
  ])('with the base %s it is %s', (baseUrl, expected) => {
    expect(targetOf(call(), { baseUrl }, null).url.href).toBe(expected);
  });

  it.each([
    'https://api.example.com//evil.example/v1/chat/completions',
    'https://api.example.com/@evil.example/chat/completions',
    'https://api.example.com/..%2f..%2fadmin/%2e%2e/chat/completions?x=//evil.example#@evil.example',
    'https://api.example.com/https://evil.example/chat/completions',
  ])('takes nothing of the path the primary was sent to but what its protocol names: %s', (url) => {
    expect(targetOf(call(url), { baseUrl: 'https://b.example/x' }, null).url.href).toBe(
      'https://b.example/x/chat/completions',
    );
  });

  it("keeps the primary's key where it is the primary's origin, and uses its own alone where it has one", () => {
    expect(targetOf(call(), {}, null).headers['authorization']).toBe('Bearer primary');
    const own = targetOf(call(), {}, new Secret('own')).headers;
    expect(own['authorization']).toBe('Bearer own');
    expect(own['api-key']).toBeUndefined();
    expect(own['openai-organization']).toBeUndefined();
  });

  it("leaves the primary's keys in the query, too, where it has its own", () => {
    const url =
      'https://api.example.com/v1/chat/completions?api-version=1&api-key=a&Subscription-Key=b&key=c&sig=d&region=e';
    expect(targetOf(call(url), {}, new Secret('own')).url.search).toBe('?api-version=1&region=e');
    expect(targetOf(call(url), {}, null).url.href).toBe(url);
  });

  it("translated at the primary's origin, has nothing beside its own key of what either protocol knows the primary by", () => {
    const wire = { ...call(), dialect: anthropicMessages };
    wire.headers = new Map([...wire.headers, ['x-api-key', 'primary'], ['anthropic-workspace-id', 'primary']]);
    const to = { dialect: openaiChat, path: '/chat/completions', protocol: {} };
    const { url, headers } = translatedTarget(wire, to, 'https://api.example.com/openai', {}, new Secret('own'));
    expect(url.href).toBe('https://api.example.com/openai/chat/completions');
    expect(JSON.stringify(headers)).not.toMatch(/primary|org-1/);
    expect(headers['authorization']).toBe('Bearer own');
  });

  it.each([
    'https://b.example/v1',
    'http://api.example.com/v1',
    'https://api.example.com:8443/v1',
    'https://api.example.com.evil.example/v1',
  ])('tells another origin nothing about who asks: %s', (baseUrl) => {
    const { url, headers } = targetOf(call(), { baseUrl, headers: { 'X-Own': '1' } }, null);
    expect(JSON.stringify([url.href, headers])).not.toMatch(/primary|secret|org-1|session/);
    expect(Object.keys(headers).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'content-type',
      'user-agent',
      'x-own',
    ]);
  });
});

describe('Secret', () => {
  it('shows nothing of itself', async () => {
    const { inspect } = await import('node:util');
    const secret = new Secret('s3cret');
    const seen = [
      inspect(secret, { showHidden: true, depth: 9 }),
      String(secret),
      `${JSON.stringify({ secret })}`,
      Object.values(secret).join(),
    ];
    expect(seen.join()).not.toContain('s3cret');
    expect(secret.reveal()).toBe('s3cret');
  });
});
