import { expect, it } from 'vitest';
import { callOf } from '../capture/call.test.support.js';
import { geminiGenerate } from '../dialect/protocols/gemini-generate.js';
import { Secret } from '../shadow/secret.js';
import { keyHeadersOf, partyAt, partyOf, shares, targetOf } from './party.js';

const by = (headers: Record<string, string>): ReturnType<typeof partyOf> =>
  partyOf(callOf({ wire: { headers: new Map(Object.entries(headers)) } }).wire);

it('finds two calls with the same key alike, however they say it', () => {
  const one = by({ authorization: 'Bearer sk-1' });
  expect(one.keys).toHaveLength(1);
  expect(by({ 'x-api-key': 'sk-1' }).keys).toEqual(one.keys);
  expect(by({ authorization: 'bearer sk-1', 'api-key': 'sk-1' }).keys).toEqual(one.keys);
  expect(by({ authorization: 'Bearer sk-2' }).keys).not.toEqual(one.keys);
  expect(by({}).keys).toEqual([]);
});

it('finds a key in the query where the protocol has it there', () => {
  const url = new URL('https://api.example.com/v1beta/models/g:generateContent?key=sk-1');
  expect(partyOf(callOf({ wire: { dialect: geminiGenerate, url } }).wire).keys).toEqual(by({ 'api-key': 'sk-1' }).keys);
});

it("finds a key in the protocol's own header, and in one that a candidate names", () => {
  const headers = new Map([
    ['authorization', 'Bearer sk-model'],
    ['x-goog-user-project', 'project-1'],
    ['x-gateway-key', 'gw-1'],
  ]);
  const { wire } = callOf({ wire: { dialect: geminiGenerate, headers } });
  const elsewhere = { baseUrl: 'https://gateway.example.com' };
  const project = { ...elsewhere, headers: { 'X-Goog-User-Project': 'project-1' } };
  expect(shares(partyAt(targetOf(project, null), partyOf(wire)), partyOf(wire))).toBe(true);

  for (const candidate of [
    { ...elsewhere, keyHeader: 'X-Gateway-Key' },
    { ...elsewhere, headers: { 'X-Gateway-Api-Key': 'gw-1' } },
  ]) {
    const also = keyHeadersOf([candidate]);
    const carried = 'keyHeader' in candidate ? new Secret('gw-1') : null;
    const named = also[0] ?? '';
    const primary = partyOf(
      callOf({
        wire: {
          headers: new Map([
            ['authorization', 'Bearer sk-model'],
            [named, 'gw-1'],
          ]),
        },
      }).wire,
      also,
    );
    expect(shares(partyAt(targetOf(candidate, carried), primary), primary)).toBe(true);
    expect(shares(partyAt(targetOf(candidate, new Secret('gw-2')), primary), primary)).toBe(carried === null);
  }
});

it('shows nothing of the key', () => {
  expect(JSON.stringify(by({ authorization: 'Bearer sk-secret' }))).not.toContain('secret');
});

it("gives the primary's key to its own origin only, as shadows do", () => {
  const primary = by({ authorization: 'Bearer sk-1' });
  const elsewhere = partyAt(targetOf({ baseUrl: 'https://b.example.com/v1' }, null), primary);
  expect(elsewhere).toEqual({ origin: 'https://b.example.com', keys: [] });
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
