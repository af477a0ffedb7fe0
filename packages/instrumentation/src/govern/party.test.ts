import { expect, it } from 'vitest';
import { callOf } from '../capture/call.test.support.js';
import { geminiGenerate } from '../dialect/protocols/gemini-generate.js';
import { Secret } from '../shadow/secret.js';
import { partyAt, partyOf, shares, targetOf } from './party.js';

const by = (headers: Record<string, string>): ReturnType<typeof partyOf> =>
  partyOf(callOf({ wire: { headers: new Map(Object.entries(headers)) } }).wire);

it('finds two calls with the same key alike, however they say it', () => {
  const one = by({ authorization: 'Bearer sk-1' });
  expect(by({ 'x-api-key': 'sk-1' }).key).toBe(one.key);
  expect(by({ authorization: 'bearer sk-1' }).key).toBe(one.key);
  expect(by({ authorization: 'Bearer sk-2' }).key).not.toBe(one.key);
  expect(by({}).key).toBeNull();
});

it('finds a key in the query where the protocol has it there', () => {
  const url = new URL('https://api.example.com/v1beta/models/g:generateContent?key=sk-1');
  expect(partyOf(callOf({ wire: { dialect: geminiGenerate, url } }).wire).key).toBe(by({ 'api-key': 'sk-1' }).key);
});

it('shows nothing of the key', () => {
  expect(JSON.stringify(by({ authorization: 'Bearer sk-secret' }))).not.toContain('secret');
});

it("gives the primary's key to its own origin only, as shadows do", () => {
  const primary = by({ authorization: 'Bearer sk-1' });
  const elsewhere = partyAt(targetOf({ baseUrl: 'https://b.example.com/v1' }, null), primary);
  expect(elsewhere).toEqual({ origin: 'https://b.example.com', key: null });
  expect(partyAt(targetOf(null, null), primary)).toEqual(primary);
  expect(shares(elsewhere, primary)).toBe(false);
  const own = partyAt(targetOf({ baseUrl: 'https://b.example.com/v1' }, new Secret('sk-1')), primary);
  expect(shares(own, primary)).toBe(true);
  const declared = partyAt(
    targetOf({ baseUrl: 'https://b.example.com', headers: { 'X-Api-Key': 'sk-1' } }, null),
    primary,
  );
  expect(shares(declared, primary)).toBe(true);
});

it('takes calls that are code for calls to the same provider', () => {
  const code = partyOf(null);
  expect(shares(code, partyAt(targetOf({ version: '1' }, null), code))).toBe(true);
});
