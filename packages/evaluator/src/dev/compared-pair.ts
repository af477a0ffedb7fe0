import { judgedPairOf } from '../judge/judged-pair.js';
import type { ShownPair } from '../ledger/ledger.js';
import type { PairContent } from '../ledger/record.js';
import { type Piece, wordDiff } from './word-diff.js';

/** What was said, side by side. */
export interface ComparedTexts {
  /** The end of the conversation: what was to be answered. */
  readonly request: string;
  readonly primary: string;
  readonly shadow: string;
  readonly diff: readonly Piece[];
}

/** Why there are no texts: the experiment sends none, they are gone or sealed, nobody wants them, or a call has none. */
export type Textless = 'features' | 'none' | 'removed' | 'sealed' | 'left_out' | 'no_answer' | 'no_text';

/** A screen is drawn often, and a pair on it stays what it is. */
const compared = new WeakMap<ShownPair, ComparedTexts | Textless>();

/** What of a pair may be shown: its texts, or why there are none. @param wanted False: nothing that anybody said */
export function comparedTexts(pair: ShownPair, wanted: boolean): ComparedTexts | Textless {
  if (!wanted) return 'left_out';
  const texts = compared.get(pair) ?? textsOf(pair);
  compared.set(pair, texts);
  return texts;
}

function textsOf({ content, withheld }: ShownPair): ComparedTexts | Textless {
  if (content === null) return withheld ?? 'removed';
  const { input, primary, shadow } = content;
  if (primary.status !== 'ok' || shadow.status !== 'ok') return 'no_answer';
  if (input.kind !== 'text') return input.kind;
  const texts = judgedPairOf(input, primary, shadow);
  if (texts === null) return 'no_text';
  return {
    request: lastOf(input),
    primary: texts.primary,
    shadow: texts.shadow,
    diff: wordDiff(texts.primary, texts.shadow),
  };
}

function lastOf(input: Extract<PairContent['input'], { kind: 'text' }>): string {
  const parts = input.messages.at(-1)?.parts ?? [];
  return parts.map((part) => (part.type === 'text' ? part.content : `[${part.type}]`)).join(' ');
}
