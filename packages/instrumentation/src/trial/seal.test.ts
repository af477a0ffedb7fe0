import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sealOf } from '../experiment/encryption.js';
import { resolveConfig } from '../experiment/resolve.js';
import { encryptionKey, isSealed, opened, Seal } from './seal.js';

const key = Buffer.alloc(32, 7);
const other = Buffer.alloc(32, 8);
const text = Buffer.from('what was said');

describe('a seal', () => {
  it('opens what it sealed, at its place only', () => {
    const seal = new Seal(key);
    const sealed = seal.seal(text, 'pair 1');
    expect(isSealed(sealed)).toBe(true);
    expect(sealed.includes(text)).toBe(false);
    expect(seal.open(sealed, 'pair 1')).toEqual(text);
    expect(() => seal.open(sealed, 'pair 2')).toThrow('moved');
  });

  it('opens what another process sealed with the same key', () => {
    expect(new Seal(key).open(new Seal(key).seal(text, 'batch'), 'batch')).toEqual(text);
  });

  it('never seals twice alike, and derives another key after so many messages', () => {
    const seal = new Seal(key, [], 2);
    const heads = [1, 2, 3, 4, 5].map(() => seal.seal(text, 'batch'));
    expect(new Set(heads.map((sealed) => sealed.toString('hex'))).size).toBe(5);
    expect(new Set(heads.map((sealed) => sealed.toString('hex', 0, 25))).size).toBe(3);
    for (const sealed of heads) expect(new Seal(key).open(sealed, 'batch')).toEqual(text);
  });

  it('opens what was sealed with a previous key, and seals with the new one', () => {
    const rotated = new Seal(other, [key]);
    expect(rotated.open(new Seal(key).seal(text, 'batch'), 'batch')).toEqual(text);
    expect(() => new Seal(key).open(rotated.seal(text, 'batch'), 'batch')).toThrow(rotated.keyId);
  });

  it.each([
    ['another key', new Seal(other)],
    ['no key', null],
  ])('names the missing key and what to do with %s, as something to try again', (_what, seal) => {
    const sealed = new Seal(key).seal(text, 'batch');
    const error = caught(() => opened(sealed, 'batch', seal));
    expect(error).toMatchObject({ code: 'sealed', retryable: true });
    expect(String(error)).toContain(new Seal(key).keyId);
    expect(String(error)).toContain('encryption.key');
  });

  it('notices every changed, missing and added byte', () => {
    const seal = new Seal(key);
    const sealed = seal.seal(text, 'batch');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => seal.open(changed, 'batch')).toThrow();
      expect(() => seal.open(sealed.subarray(0, at), 'batch')).toThrow();
    }
    expect(() => seal.open(Buffer.concat([sealed, randomBytes(1)]), 'batch')).toThrow();
  });

  it('leaves what is not sealed as it is', () => {
    expect(opened(text, 'batch', new Seal(key))).toBe(text);
  });

  it('shows nothing of its keys', () => {
    const seal = new Seal(key, [other]);
    seal.seal(text, 'batch');
    const shown = inspect(seal, { depth: 9, showHidden: true }) + JSON.stringify(seal);
    expect(shown).not.toMatch(/0707|7, 7|07 07|0808|8, 8|08 08/);
  });
});

describe('encryptionKey', () => {
  it.each([key.toString('hex'), key.toString('hex').toUpperCase(), key.toString('base64'), key.toString('base64url')])(
    'reads %s',
    (written) => {
      expect(Buffer.from(encryptionKey(written) ?? [])).toEqual(key);
    },
  );

  it.each([
    '',
    'secret',
    key.toString('hex').slice(1),
    `${key.toString('base64')}=`,
    Buffer.alloc(31).toString('base64'),
  ])('takes %j for none', (written) => {
    expect(encryptionKey(written)).toBeNull();
  });
});

describe('the keys of a configuration', () => {
  const encryption = { key: { env: 'NEW' }, previous: [{ env: 'OLD' }] };

  it('are read from where it says', () => {
    const seal = sealOf(encryption, { NEW: ` ${other.toString('hex')}\n`, OLD: key.toString('base64') });
    expect(seal?.keyIds).toEqual([new Seal(key).keyId, new Seal(other).keyId]);
    expect(sealOf(null, {})).toBeNull();
  });

  it('are asked for by name where they are missing or none, without what was found', () => {
    const error = String(caught(() => sealOf(encryption, { NEW: 'hunter2' })));
    expect(error).toContain('key: expected a key of 32 bytes, in base64 or hex, in the environment variable NEW');
    expect(error).toContain('previous.0: expected');
    expect(error).toContain('OLD, got nothing there');
    expect(error).not.toContain('hunter2');
  });

  it('are never written into the file', () => {
    const written = key.toString('base64');
    const error = String(caught(() => resolveConfig({ version: 1, encryption: { key: written } })));
    expect(error).toContain('encryption.key');
    expect(error).not.toContain(written);
  });
});

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
