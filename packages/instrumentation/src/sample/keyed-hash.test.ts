import { createHmac, hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKeyedHash } from './keyed-hash.js';

test('a keyed hash is the one of RFC 4231, test case 2', () => {
  expect(createKeyedHash(Buffer.from('Jefe'))('what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('a keyed hash is the HMAC of the platform, for keys shorter and longer than a block', () => {
  for (const bytes of [0, 1, 32, 63, 64, 65, 200]) {
    const key = hash('sha512', `key ${bytes}`, 'buffer').toString('hex').repeat(2).slice(0, bytes);
    const keyed = createKeyedHash(Buffer.from(key));
    for (const text of ['', 'sample 0af7651916cd43dd8448eb211c80319c', 'ünïcode 🦜', 'x'.repeat(1000)]) {
      expect(keyed(text)).toBe(createHmac('sha256', key).update(text).digest('hex'));
    }
  }
});
