import { describe, expect, it } from 'vitest';
import { Placeholders } from './placeholders.js';
import { redact } from './redact.js';

const redacted = (text: string): string => redact(text, new Placeholders());

describe('redact', () => {
  it('keeps the kind and the equality of a value, and nothing else of it', () => {
    const placeholders = new Placeholders();
    expect(redact('a@b.org asks c@d.org, 415-555-2671', placeholders)).toBe('[email:1] asks [email:2], [phone:1]');
    expect(redact('c@d.org answers', placeholders)).toBe('[email:2] answers');
    expect(redacted('c@d.org answers')).toBe('[email:1] answers');
  });

  it('gives back a text without private values as it is', () => {
    const text = ' As it\twas \\u0041, {"a":1}\n';
    expect(redacted(text)).toBe(text);
  });

  it('keeps JSON readable: escapes before a value, numbers, keys', () => {
    const before =
      '{"to":"Write:\\na@b.org","card":4111111111111111,"cards":["4111 1111 1111 1111", 1.50],"a@b.org":"\\\\"}';
    expect(JSON.parse(redacted(before))).toEqual({
      to: 'Write:\n[email:1]',
      card: '[card:1]',
      cards: ['[card:2]', 1.5],
      '[email:1]': '\\',
    });
  });

  it('finds values behind needless escapes', () => {
    expect(redacted('{"to":"a\\u0040b.org","quote":"\\u0022\\/"}')).toBe('{"to":"[email:1]","quote":"\\u0022/"}');
  });

  it('never makes what it has made private again', () => {
    const once = redacted('password=hunter2 a@b.org Bearer abcdefgh12345678 +1 415 555 2671');
    expect(once).not.toMatch(/hunter2|@|abcdefgh|2671/);
    expect(redacted(once)).not.toMatch(/hunter2|@|abcdefgh|2671/);
  });
});
