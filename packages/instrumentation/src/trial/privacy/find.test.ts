import { describe, expect, it } from 'vitest';
import { PrivateSearch } from './find.js';

function found(text: string): string[] {
  return new PrivateSearch(text).next(text.length).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);
}

const DIGITS = '1234567890';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const VALUE = `${LETTERS}${DIGITS}${LETTERS}`;

describe('PrivateSearch', () => {
  it.each([
    `sk-proj-${VALUE}`,
    `sk-ant-api03-${VALUE}`,
    `gsk_${VALUE}`,
    `hf_${VALUE}`,
    `AIza${VALUE}`,
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${VALUE}`,
    `github_pat_${VALUE}`,
    `glpat-${VALUE}`,
    `xoxb-${DIGITS}-${VALUE}`,
    `sk_live_${VALUE}`,
    `SG.${VALUE}.${VALUE}`,
    `npm_${VALUE}`,
    `hvs.${VALUE}`,
  ])('finds a key of a provider: %s', (key) => {
    expect(found(`use ${key}, please`)).toEqual([`key ${key}`]);
    expect(found(key)).toEqual([`key ${key}`]);
    expect(found(`{"note":"\\n${key}\\n"}`)).toEqual([`key ${key}`]);
  });

  it.each([
    ['api_key=abcd1234', 'abcd1234'],
    ['OPENAI_API_KEY: abcd1234', 'abcd1234'],
    ['{"clientSecret": "correct horse"}', 'correct horse'],
    ['{\\"password\\": \\"hunter2\\"}', 'hunter2'],
    ["password = 'it\\'s'", "it\\'s"],
    ['pwd:hunter2;next', 'hunter2'],
    ['Authorization: Basic dXNlcjpwYXNz\nnext', 'Basic dXNlcjpwYXNz'],
    ['send Bearer abcdef-123456 now', 'abcdef-123456'],
    ['Cookie: sid=abc; theme=dark\nnext', 'sid=abc; theme=dark'],
    ['postgres://bob:hunter2@db/x', 'bob:hunter2'],
    ['?key=abcdefgh12345678&x=1', 'abcdefgh12345678'],
  ])('finds the value of a label: %s', (text, value) => {
    expect(found(text)).toEqual([`secret ${value}`]);
  });

  it.each([
    ['jwt', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_def'],
    ['jwt', 'eyJhbGciOiJIUzI1NiJ9-eyJhbGci.eyJzdWIiOiIxIn0'],
    ['pem', '-----BEGIN RSA PRIVATE KEY-----\nMIIabc+/=\nabc\n-----END RSA PRIVATE KEY-----'],
    ['pem', '-----BEGIN PRIVATE KEY-----\\nMIIabc\\n-----END PRIVATE KEY-----'],
    ['pem', '-----BEGIN PRIVATE KEY-----\nMIIcutoff'],
    ['email', 'a.b+c@mail.example.com'],
    ['email', 'jörg@exämple.de'],
    ['email', 'a%40example.com'],
    ['card', '4111111111111111'],
    ['card', '4111 1111 1111 1111'],
    ['card', '3782-822463-10005'],
    ['card', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
    ['iban', 'DE89 3704 0044 0532 0130 00'],
    ['iban', 'GB82WEST12345698765432'],
    ['iban', 'fr1420041010050500013m02606'],
    ['phone', '+49 30 1234567'],
    ['phone', '+14155552671'],
    ['phone', '(415) 555-2671'],
    ['phone', '1-415-555-2671'],
    ['phone', '06 12 34 56 78'],
    ['phone', '030 1234 5678'],
    ['phone', '0044 20 7946 0958'],
  ])('finds a %s: %s', (kind, value) => {
    expect(found(value)).toEqual([`${kind} ${value}`]);
    expect(found(`It is <${value}>`)).toEqual([`${kind} ${value}`]);
  });

  it.each([
    'The task-force asked for max_tokens: 100 and no token: words are fine.',
    'On 2026-11-21T10:00:00Z, or 01-02-2026 10:00, we paid 1,200.50 EUR for order 123456789012.',
    '018f4c2e-7b1a-7c3d-9e4f-aabbccddeeff',
    '4111111111111112 and DE88370400440532013000 fail their checks',
    'a @ b, @handle, x@y, 1 < 2 ? "yes" : "no"',
    'cookie: a small cake. The bearer of this letter.',
    'sk-short and AKIA',
  ])('leaves alone: %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds a token whose header begins within a longer word', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc';
    expect(found(`session-${token}`)).toEqual([`jwt ${token}`]);
    expect(found(`eyJ-x eyJ_${token}`)).toEqual([`jwt eyJ_${token}`]);
  });

  it('finds one beside another', () => {
    expect(found('a@b.org,c@d.org 415-555-2671 4111111111111111 12')).toEqual([
      'email a@b.org',
      'email c@d.org',
      'phone 415-555-2671',
      'card 4111111111111111',
    ]);
  });
});
