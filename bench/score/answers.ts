/** Answers to compare: of some 2.3 KB, as models give them, and of a megabyte, each hard for some scorer. */
export interface AnswerPair {
  readonly what: string;
  readonly primary: string;
  readonly other: string;
}

export type Random = (below: number) => number;

/** A small generator, so that every run compares the same texts. */
export function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo za ch sh th tr pl er in on at es'.split(
  ' ',
);
const LENGTH = 2300;

/** Words in the proportions of a language: some are said at every turn, most seldom. */
function wordsOf(random: Random): readonly string[] {
  return Array.from({ length: 800 }, () => Array.from({ length: 1 + random(4) }, () => SYLLABLES[random(30)]).join(''));
}

function prose(random: Random, words: readonly string[]): string {
  let text = '';
  while (text.length < LENGTH) {
    const count = 6 + random(14);
    const said = Array.from({ length: count }, () => words[Math.min(random(800), random(800), random(800))] ?? '');
    text += `${said.join(' ').replace(/^./, (first) => first.toUpperCase())}${random(9) === 0 ? ', order 48121' : ''}. `;
    if (random(6) === 0) text += `\n\n${random(2) === 0 ? '## ' : '- '}`;
  }
  return text.slice(0, LENGTH);
}

/** Every so-manieth word another one. */
function reworded(text: string, random: Random, words: readonly string[], every: number): string {
  return text.replaceAll(/[a-z]+/g, (word) => (random(every) === 0 ? (words[random(800)] ?? word) : word));
}

function json(random: Random, words: readonly string[]): string {
  const items = Array.from({ length: 24 }, (_, id) => ({
    id,
    name: `${words[random(800)]} ${words[random(800)]}`,
    price: random(10_000) / 100,
    tags: [words[random(40)], words[random(40)]],
    stock: random(2) === 0,
  }));
  return JSON.stringify({ status: 'ok', items });
}

export function pairs(): readonly AnswerPair[] {
  const random = generator(17);
  const words = wordsOf(random);
  const [one, two] = [prose(random, words), prose(random, words)];
  const object = json(random, words);
  return [
    { what: 'a word in ten another', primary: one, other: reworded(one, random, words, 10) },
    { what: 'every other word another', primary: one, other: reworded(one, random, words, 2) },
    { what: 'two texts of one vocabulary', primary: one, other: two },
    { what: 'JSON, a value in ten another', primary: object, other: reworded(object, random, words, 10) },
  ];
}

const MEGABYTE = 1_048_576;
const repeated = (unit: string): string => unit.repeat(Math.ceil(MEGABYTE / unit.length)).slice(0, MEGABYTE);

/** By what they are: two texts of a megabyte each. Also those of just the length that is still looked at whole. */
export function hardPairs(): readonly AnswerPair[] {
  const random = generator(23);
  const words = wordsOf(random);
  const long = (): string =>
    Array.from({ length: 180_000 }, () => words[random(800)])
      .join(' ')
      .slice(0, MEGABYTE);
  const letters = (): string =>
    Array.from({ length: 65_536 }, () => 'abcdefgh '[random(9)])
      .join('')
      .repeat(16);
  const limit = 131_000;
  const names = `{${Array.from({ length: 8_000 }, (_, at) => `"${(at * 7919) % 8009}":"v${at}"`).join(',')}}`.slice(
    0,
    limit,
  );
  const list = `[${'1,'.repeat(60_000)}1]`;
  const deep = `${'{"a":['.repeat(60)}${'1,'.repeat(50_000)}1${']}'.repeat(60)}`;
  const strings = `[${'"é ",'.repeat(20_000)}1]`;
  return [
    { what: 'words', primary: long(), other: long() },
    { what: 'letters', primary: letters(), other: letters() },
    { what: 'decomposed letters', primary: repeated('e\u0301 '), other: repeated('e\u0301  ') },
    {
      what: 'just short enough, decomposed',
      primary: repeated('e\u0301 ').slice(0, limit),
      other: repeated('e\u0301  ').slice(0, limit),
    },
    { what: 'marks', primary: repeated('\u0301\u0323'), other: repeated('e\u0323\u0301\u0323') },
    {
      what: 'just short enough, marks',
      primary: repeated('\u0323\uff9e').slice(0, limit),
      other: repeated('\uff9e\u0323').slice(0, limit),
    },
    { what: 'ideographs', primary: repeated('東京都知事'), other: repeated('知事東京') },
    { what: 'signs of eighteen letters', primary: repeated('\ufdfa'), other: repeated('\ufdfa ') },
    { what: 'digits', primary: repeated('1234567890'), other: repeated('1234567890a') },
    { what: 'line ends', primary: repeated('\n'), other: repeated('\n#') },
    { what: 'tables', primary: repeated('|-|-|\n'), other: repeated('|-|\n|') },
    { what: 'white space', primary: repeated(' \t'), other: repeated(' \t\n') },
    { what: 'foxes', primary: repeated('🦊'), other: repeated('🦊🐺') },
    { what: 'backticks', primary: repeated('`'), other: repeated('``` ') },
    { what: 'one word', primary: repeated('a'), other: repeated('ab') },
    { what: 'excuses', primary: repeated('sorry, '), other: repeated("i can't ") },
    { what: 'a list of numbers', primary: list, other: list.replace('1,1,', '1,2,') },
    {
      what: 'eight thousand names',
      primary: `${names.slice(0, names.lastIndexOf(','))}}`,
      other: `${names.slice(0, names.lastIndexOf(','))},"x":1}`,
    },
    { what: 'a deep list', primary: deep, other: deep.replace('1,1,', '1,2,') },
    { what: 'strings', primary: strings, other: strings.replace('"é "', '"e\u0301"') },
    {
      what: 'numbers no double holds',
      primary: `[${'12345678901234567,'.repeat(7_000)}1]`,
      other: `[${'12345678901234568,'.repeat(7_000)}1]`,
    },
    { what: 'opening brackets', primary: repeated('['), other: repeated('{"a":') },
  ];
}
