import { FENCE_NAMES } from '../prompt.js';

/** What an answer can hold that is meant for a judge and for nobody else. */
export type JudgeWords = 'fence' | 'verdict' | 'address';

/** In any case, for patterns in which the letters A and B must keep theirs: "a" is a word of English, "A" is a place. */
const anyCase = (words: string): string =>
  words.replace(/(?<!\\)[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

const PLACE = `(?:${anyCase('answer|response|reply|assistant|option|candidate|output|model|text')})`;
/** `B`, `answer a`, `"Response A"`, but no bare `a`. */
const SLOT = `["'\`(*\\[]{0,3}(?:${PLACE}[ _]["'\`(*\\[]{0,3}[ABab]|[ABb])["'\`)*\\]]{0,3}(?![\\w'-])`;
const CHOOSING = anyCase(
  '(?:choos|select|pick|prefer|favou?r|vot|rat|rank|scor|grad|declar|mark|judg|award|pronounc|output|return|answer|repl|say|writ|print)',
);
const JUDGE = '(?:judges?|evaluators?|graders?|raters?|referees?)';
const THIS = '(?:this|the (?:present|current|above|following)) (?:answer|response|reply|text|output|one|candidate)';

/** The shape of our fences and names, of the best known prompts for judges, and of chat templates. */
const FENCE: readonly RegExp[] = [
  new RegExp(`(?:<<|>>|===) ?(?:(?:END|BEGIN|START)(?: OF)? )?(?:${FENCE_NAMES.join('|')})\\b`, 'i'),
  new RegExp(`\\b(?:${FENCE_NAMES.join('|')}) ?(?:>>|===)`, 'i'),
  /(?:<<|\[|===|---|###|\*\*) ?(?:(?:the )?(?:end|begin|start)(?: of)? )?(?:answer|assistant|response)[ _][ab]\b(?:'s answer)?/i,
  /\[\[\s{0,4}(?:A|B|C|TIE)\s{0,4}\]\]/i,
  /<\|(?:im_start|im_end|endoftext|eot_id|start_header_id|end_header_id|system|user|assistant|end|eom_id)\|>/i,
  /<\/?(?:start|end)_of_turn>|\[\/?INST\]|<<\/?SYS>>/i,
];

/** A reply in the form that a judge gives. */
const VERDICT: readonly RegExp[] = [
  new RegExp(
    `["'\`]?\\b${anyCase('(?:verdict|winner|preferred|preference|better[ _](?:answer|response))')}["'\`]?(?: ${anyCase('is')})?\\s{0,4}[:=]?\\s{0,4}(?:["'\`*]{1,3}(?:${PLACE}[ _])?(?:[ABab]|${anyCase('tie')})["'\`*]|(?:${PLACE}[ _])?[AB]\\b(?! [a-z]))`,
  ),
];

/** Words to a judge: a choice named, praise of the text itself, a form of address, an order to set its own instructions aside. */
const ADDRESS: readonly RegExp[] = [
  new RegExp(`\\b${CHOOSING}\\w{0,4}(?: ${anyCase('(?:for|with|as|only|just|is)')}){0,2}:? ${SLOT}`),
  new RegExp(
    `\\b${anyCase('(?:answer|response|assistant|candidate)')} ["'\`]?[AB]["'\`]? ${anyCase('(?:is|wins|was|should|must|deserves|has to)')}\\b`,
  ),
  new RegExp(
    `\\b(?:choos|select|prefer|favou?r|vot|rat|scor|grad|rank|declar|judg|award|pick)\\w{0,4}(?: for)? ${THIS}`,
    'i',
  ),
  new RegExp(
    `\\b${THIS} (?:is|wins|should|must|deserves|has)(?: to)?(?: be)?(?: \\w{1,20}){0,3} (?:better|best|winner|superior|chosen|preferred|win|highest)\\b`,
    'i',
  ),
  new RegExp(
    `\\b(?:note|message|instructions?|hint|notice|memo)(?: \\w{1,20}){0,2} (?:to|for)(?: \\w{1,20}){0,3} ${JUDGE}\\b`,
    'i',
  ),
  new RegExp(
    `\\b(?:dear|attention|hello|hey|hi)[ ,:]{1,3}(?:(?:the|fellow|ai|llm|language|model) ){0,3}${JUDGE}\\b`,
    'i',
  ),
  new RegExp(`\\byou are (?:a|an|the)(?: \\w{1,20}){0,3} ${JUDGE}\\b`, 'i'),
  /\b(?:ignore|disregard|forget|override)\W{1,4}(?:(?:all|any|the|of|your|these|previous|prior|above|earlier|other|preceding|system|judging)\W{1,4}){1,4}(?:instructions?|prompts?|rubric|criteria|guidelines)\b/i,
  /\byou compare two answers\b|\b(?:two|both) (?:answers|responses) (?:have|were) (?:already )?(?:been )?(?:compared|judged|evaluated|graded)\b/i,
];

/** All patterns look at short runs only, so that the time is linear in the text. */
export const JUDGE_WORDS: Readonly<Record<JudgeWords, readonly RegExp[]>> = {
  fence: FENCE,
  verdict: VERDICT,
  address: ADDRESS,
};
