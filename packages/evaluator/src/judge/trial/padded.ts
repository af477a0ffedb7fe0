/** How long a padded answer is, in multiples of the answer. */
const SHORTEST = 1.5;
const LONGEST = 3;
/** In UTF-16 code units: of what is longer, a judge is not shown all, and what is left out may be missed. */
const MOST = 12_000;

/** Sentences that fit any answer and say nothing. */
const CLOSINGS: readonly string[] = [
  'That covers what was asked.',
  'This is what there is to say about it.',
  'The above answers the request as it was put.',
  'These are the points that matter here.',
  'With that, the request is dealt with in full.',
  'This should be read as the answer to the request.',
  'Everything that belongs to the answer is stated above.',
  'No more needs to be added to this.',
];

/** Words that hardly any other language has, as a whole answer of it would have some. */
const ENGLISH = /\b(?:the|and|is|are|was|were|of|to|with|that|this|your|you)\b/gi;
const LEAST_ENGLISH = 2;

/**
 * The answer, followed by what adds nothing to it: its own sentences again, drawn by lot, and where it is English a sentence now and then that
 * fits any answer. 1.5 to 3 times as long. Null for an answer that is so long that it could not be shown.
 *
 * @param random Uniform in [0,1).
 */
export function padded(answer: string, random: () => number): string | null {
  const text = answer.trim();
  if (text.length * SHORTEST > MOST) return null;
  const most = Math.min(text.length * LONGEST, MOST);
  const wanted = text.length * SHORTEST + random() * (most - text.length * SHORTEST);
  const own = sentencesOf(text);
  const closings = isEnglish(text) ? [...CLOSINGS] : [];
  // What has lines stays in lines, and what has no spaces stays without.
  const between = text.includes('\n') ? '\n' : /\s/.test(text) || own.length === 1 ? ' ' : '';
  const first = Math.floor(random() * own.length);
  let padding = '';
  for (let at = 0; text.length + padding.length < wanted; at += 1) {
    const closing = random() < 0.3 ? closings.splice(Math.floor(random() * closings.length), 1)[0] : undefined;
    const fits = closing !== undefined && text.length + padding.length + closing.length + 1 <= most;
    const added = `${between}${fits ? closing : (own[(first + at) % own.length] ?? text)}`;
    const isEnough = text.length + padding.length >= text.length * SHORTEST;
    if (isEnough && text.length + padding.length + added.length > most) break;
    padding += added;
  }
  return `${text}${padding}`;
}

/** An answer without an end of a sentence is one. */
function sentencesOf(text: string): readonly string[] {
  const sentences = text.split(/(?<=[.!?]["')\]]?)\s+|(?<=[。！？])|\n+/).map((sentence) => sentence.trim());
  return sentences.filter((sentence) => sentence !== '');
}

function isEnglish(text: string): boolean {
  return (text.match(ENGLISH) ?? []).length >= LEAST_ENGLISH;
}
