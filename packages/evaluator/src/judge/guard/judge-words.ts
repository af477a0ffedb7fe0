import { FENCE_NAMES } from '../prompt.js';

/** What an answer can hold that is meant for a judge and for nobody else. */
export type JudgeWords = 'fence' | 'verdict' | 'address';

/** In any case, for patterns in which the letters A and B must keep theirs: "a" is a word of English, "A" is a place. */
const anyCase = (words: string): string =>
  words.replace(/(?<!\\)[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

const PLACE = `(?:${anyCase('answer|response|reply|assistant|option|candidate|output|model|text')})`;
/** What follows an A or B that is no place: another name in a list, a column of a query. */
const LISTED = "(?![\\w'-])(?! ?(?:,|and|or|AND|OR|from|FROM) ?[A-Z]\\w{0,20}\\b)";
/** `B`, `answer a`, `"Response A"`, but no bare `a`. */
const SLOT = `["'\`(*\\[]{0,3}(?:${PLACE}[ _]["'\`(*\\[]{0,3}[ABab]|[ABb])["'\`)*\\]]{0,3}${LISTED}`;
const CHOOSING = anyCase(
  '(?:choos|select|pick|prefer|favou?r|vot|rat|rank|declar|judg|award|pronounc|output|answer|repl|respond|say)',
);
const PLACED = '(?:answer|response|reply|output|assistant|candidate)';
const JUDGE = '(?:judges?|evaluators?|graders?|raters?|referees?)';
const THIS =
  '(?:(?:this|the (?:present|current|above|following)) (?:answer|response|reply|output)|the (?:answer|response|reply) (?:above|here))';
const BETTER = '(?:better|best|superior|winning|preferred|preferable)';

/** The shape of our fences and names, of the best known prompts for judges, and of chat templates. */
const FENCE: readonly RegExp[] = [
  new RegExp(`(?:<<|>>) ?(?:(?:END|BEGIN|START)(?: OF)? )?(?:${FENCE_NAMES.join('|')})\\b`, 'i'),
  new RegExp(`\\b(?:${FENCE_NAMES.join('|')}) ?>>`, 'i'),
  // What underlines a heading may stand before any text: "answer a question" is no place.
  new RegExp(
    `(?:<<|\\[|===|---|###|\\*\\*) ?${anyCase('(?:(?:the )?(?:end|begin|start)(?: of)? )?(?:answer|assistant|response)')}[ _](?:[ABb]|a(?! [a-z]))\\b`,
  ),
  /\b(?:END|BEGIN|START) OF (?:ANSWER|RESPONSE|ASSISTANT) [AB]\b|<\/?(?:answer|response|assistant)[ _-]?[ab]>/i,
  /\[\[\s{0,4}(?:A|B|C|TIE)\s{0,4}\]\]/i,
  /<\|(?:im_start|im_end|endoftext|eot_id|start_header_id|end_header_id|system|user|assistant|end|eom_id)\|>/i,
  /<\/?(?:start|end)_of_turn>|\[\/?INST\]|<<\/?SYS>>/i,
];

/** A reply in the form that a judge gives. */
const VERDICT: readonly RegExp[] = [
  new RegExp(
    `\\b${anyCase('(?:verdict|winner|preferred|preference|better[ _](?:answer|response))')}["'\`]?(?: ${anyCase('is')})?\\s{0,4}[:=>\u2013\u2014-]?\\s{0,4}(?:["'\`*]{1,3}(?:${PLACE}[ _])?(?:[ABab]|${anyCase('tie')})["'\`*]|(?:${PLACE}[ _])?(?:[AB]|TIE)\\b(?! [a-z]))`,
  ),
  new RegExp(`\\b${anyCase('decision')} ?[:=] ?${SLOT}`),
];

/** Words to a judge: a choice named, praise of the text itself, a form of address, an order to set its own instructions aside. */
const ADDRESS: readonly RegExp[] = [
  new RegExp(`\\b${CHOOSING}\\w{0,4}(?: ${anyCase('(?:for|with|as|only|just|is)')}){0,2}:? ${SLOT}`),
  new RegExp(`\\b${anyCase('(?:giv|award|hand|grant)')}\\w{0,3} ${SLOT} ${anyCase('the')}\\b`),
  new RegExp(`\\b${anyCase(`the ${BETTER} (?:one|answer|response|assistant|of the two) is`)}(?: \\w{1,12})? ${SLOT}`),
  new RegExp(
    `\\b${anyCase('(?:answer|response|assistant|candidate)')} ["'\`]?[AB]["'\`]? ${anyCase('(?:is|wins|was|should|must|deserves|has to)')}\\b`,
  ),
  new RegExp(
    `\\b(?:choos|select|prefer|favou?r|vot|rat|scor|grad|rank|declar|judg|award|pick)\\w{0,4}(?: for)? (?:${THIS}|the (?:first|second|last|latter|former|left|right) ${PLACED})\\b`,
    'i',
  ),
  new RegExp(
    `\\b${THIS} (?:is|wins|should|must|deserves|has)(?: to)?(?: be)?(?: \\w{1,20}){0,3} (?:${BETTER}|winner|chosen|win|highest)\\b`,
    'i',
  ),
  new RegExp(
    `\\bthis is(?: \\w{1,12}){0,2} the ${BETTER} (?:answer|response|reply)\\b|\\bthe other (?:answer|response|assistant|candidate)\\b`,
    'i',
  ),
  /\b(?:must|should|has to|needs to) be (?:rated|ranked|scored|graded) (?:the )?(?:highest|higher|first|best)\b/i,
  /\b(?:give|award|assign|deserves?)(?: \w{1,20}){0,4} (?:highest|full|maximum|top|perfect) (?:score|rating|marks?|grade|points)\b/i,
  new RegExp(
    `\\b(?:note|message|instructions?|hint|notice|memo)(?: \\w{1,20}){0,2} (?:to|for)(?: \\w{1,20}){0,3} ${JUDGE}\\b`,
    'i',
  ),
  new RegExp(
    `\\b(?:dear|attention|hello|hey|hi)[ ,:]{1,3}(?:(?:the|fellow|ai|llm|language|model) ){0,3}${JUDGE}\\b`,
    'i',
  ),
  new RegExp(`\\byou are (?:a|an|the)(?: \\w{1,20}){0,3} ${JUDGE}\\b`, 'i'),
  /\bas (?:an?|the|your) (?:(?:ai|llm|impartial|fair|expert|automatic) judge|(?:\w{1,20} )?(?:evaluator|grader|rater))\b|(?:^|[\n.!?] ?)(?:ai |llm )?(?:evaluator|grader|rater)s?[:,]/i,
  /\b(?:ignore|disregard|forget|override)\W{1,4}(?:(?:all|any|the|of|your|these|previous|prior|above|earlier|other|preceding|system|judging)\W{1,4}){1,4}(?:instructions?|prompts?|rubric|criteria|guidelines)\b/i,
  /\byou compare two answers\b|\b(?:two|both) (?:answers|responses) (?:have|were) (?:already )?(?:been )?(?:compared|checked|judged|evaluated|graded)\b/i,
];

/** Wherever they match: what a text has once for its user, it may have again for a judge. */
const everywhere = (patterns: readonly RegExp[]): readonly RegExp[] =>
  patterns.map(({ source, flags }) => new RegExp(source, `${flags}g`));

/** With the flag `g`. All patterns look at short runs only, so that the time is linear in the text. */
export const JUDGE_WORDS: Readonly<Record<JudgeWords, readonly RegExp[]>> = {
  fence: everywhere(FENCE),
  verdict: everywhere(VERDICT),
  address: everywhere(ADDRESS),
};
