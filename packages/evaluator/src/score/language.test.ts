import { describe, expect, it } from 'vitest';
import { answerOfText } from './answer.js';
import { NOTHING_ASKED } from './asked.js';
import { createLanguage, lettersOf } from './language.js';
import { testScorer } from './scorer.test.support.js';

/** Stands for the detector: German where there is an umlaut or a sharp s, else English. */
const detect = (text: string): string => (/[äöüß]/.test(text) ? 'de' : 'en');

const ENGLISH = 'Your refund was issued today, and it is on its way.';
const GERMAN = 'Die Rückerstattung ist veranlasst und unterwegs.';

describe('language', () => {
  testScorer(createLanguage(detect), [
    [ENGLISH, 'Another sentence that is written in English.', 1],
    [ENGLISH, GERMAN, 0],
    [ENGLISH, 'OK', null],
    [ENGLISH, '', null],
    [GERMAN, `${GERMAN}\n\`\`\`js\nconst answer = 'this is not German at all, by no means';\n\`\`\``, 1],
  ]);

  it('asks once for each answer', () => {
    const asked: string[] = [];
    const scorer = createLanguage((text) => {
      asked.push(text);
      return 'en';
    });
    const [primary, other] = [answerOfText(ENGLISH), answerOfText(GERMAN)];
    scorer.applies(primary, NOTHING_ASKED);
    scorer.score(primary, other, NOTHING_ASKED);
    scorer.score(primary, other, NOTHING_ASKED);
    expect(asked.length).toBe(2);
  });

  it.each([[() => null], [() => '']])('does not apply where the detector cannot tell', (unsure) => {
    expect(createLanguage(unsure).applies(answerOfText(ENGLISH), NOTHING_ASKED)).toBe(false);
  });
});

it.each([
  [
    'Look: `const x` at https://example.com/a?b=c and write to me@example.com, would you please?',
    'Look at and write to would you please',
  ],
  ['<b>bold</b> words are still words, and 42 is none of them', 'bold words are still words and is none of them'],
  ['```\ncode\n```\nAn open fence is no code at all ```', 'An open fence is no code at all'],
  ['too short', ''],
  ['12345 67890 !!! ??? 12345 67890 12345 67890', ''],
])('keeps of %j the letters %j', (text, letters) => {
  expect(lettersOf(text)).toBe(letters);
});

it('keeps 512 letters at most', () => {
  expect(lettersOf('abcdefgh '.repeat(1000)).replaceAll(' ', '').length).toBe(512);
});
