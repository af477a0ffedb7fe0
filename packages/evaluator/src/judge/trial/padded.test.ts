import { describe, expect, it } from 'vitest';
import { padded } from './padded.js';

/** Deterministic and spread out: multiples of the golden ratio. */
function lots(seed: number): () => number {
  let at = seed * Math.SQRT2;
  return () => (at += 0.618_033_988_75) % 1;
}

const ANSWERS: Readonly<Record<string, string>> = {
  English: 'The order 4711 was shipped on Friday. It has 12 parcels! Will you be at home on Monday?',
  German: 'Die Bestellung 4711 wurde am Freitag verschickt. Sie hat zwölf Pakete.',
  Chinese: '您的订单已于星期五发出。共有十二个包裹！',
  Japanese: 'ご注文は金曜日に発送されました',
  label: 'billing',
  JSON: '{"city": "Oslo", "days": 3}',
  lines: '- first\n- second\n- third, and the last of the three',
};

describe('a padded answer', () => {
  it.each(Object.entries(ANSWERS))('is the answer and more, 1.5 to 3 times as long: %s', (_, answer) => {
    for (let seed = 0; seed < 200; seed += 1) {
      const text = padded(answer, lots(seed)) ?? '';
      expect(text.startsWith(answer)).toBe(true);
      expect(text.length).toBeGreaterThanOrEqual(1.5 * answer.length);
      expect(text.length).toBeLessThanOrEqual(3 * answer.length + 2);
    }
  });

  it('has nothing in it but its own sentences, and in English some that fit any answer', () => {
    const own = (answer: string): Set<string> => new Set(answer.split(/(?<=[.!?])\s+/));
    const added = (answer: string): Set<string> => {
      const all = Array.from({ length: 50 }, (_, seed) => padded(answer, lots(seed)) ?? '');
      return new Set(all.flatMap((text) => [...own(text)].filter((sentence) => !own(answer).has(sentence))));
    };
    expect(added(ANSWERS['German'] ?? '')).toEqual(new Set());
    const closings = [...added(ANSWERS['English'] ?? '')];
    expect(closings.length).toBeGreaterThan(3);
    for (const closing of closings) expect(closing).toMatch(/^[A-Z][^\d]+\.$/);
  });

  it('is the same for the same lots, and another one for others', () => {
    const texts = Array.from({ length: 20 }, (_, seed) => padded(ANSWERS['English'] ?? '', lots(seed)));
    expect(padded(ANSWERS['English'] ?? '', lots(3))).toBe(texts[3]);
    expect(new Set(texts).size).toBeGreaterThan(10);
  });

  it('is not made of what would not be shown whole', () => {
    const answer = 'It was there. '.repeat(1000);
    expect(padded(answer, lots(1))).toBeNull();
    expect(padded(answer.slice(0, 7990), lots(1))?.length).toBeLessThanOrEqual(12_000);
  });
});
