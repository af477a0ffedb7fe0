import { normalisedText } from '@understudy/instrumentation/trial';
import type { Answer } from './answer.js';
import type { Asked } from './asked.js';
import { jsonValid } from './json/valid.js';
import { labelOf } from './label.js';
import { isRefusal } from './refusal.js';
import type { ToolClass } from './tools/tool-class.js';
import { toolValid } from './tools/valid-calls.js';

/** What is noted of one answer: numbers, marks and words of ours, nothing that was said. */
export interface AnswerNotes {
  /** In UTF-16 code units. */
  readonly length: number;
  /** ISO 639-1; null where it cannot be told. */
  readonly language: string | null;
  readonly structure: readonly ('headings' | 'lists' | 'code' | 'tables' | 'json')[];
  /** Why it ended, in the words of the conventions; `other`: in others, which may be anybody's. */
  readonly finish: string | null;
  /** Null: of features only the provider's word is known. */
  readonly refused: boolean | null;
  /** It keeps to what was asked for: the schema, the tools, the labels there are. Null: nothing was, or it cannot be told. */
  readonly valid: boolean | null;
  /** Of the whole answer, and of the label it is: equal where they are. Null: unknown, or no label. */
  readonly hash: number | null;
  readonly label: number | null;
}

/** What is noted of two answers to one call. */
export interface Noted {
  readonly primary: AnswerNotes | null;
  readonly other: AnswerNotes | null;
  /** What became of the primary's tool calls. */
  readonly tools: ToolClass | null;
  /** What the labels are in words, by their hashes. */
  readonly labels: ReadonlyMap<number, string>;
}

export interface NotingOptions {
  /** A keyed hash of a text in [0, 2^48). Without it there are no hashes. */
  readonly hashOf?: (text: string) => number;
  /** Without it no language is known. */
  readonly languageOf?: (answer: Answer) => string | null;
  /** The only answers there are, where a policy names them. */
  readonly labels?: readonly string[];
}

/** What an answer is held against: what was asked, as far as it applies to the primary. */
export interface Standard {
  readonly primary: Answer;
  readonly asked: Asked;
}

const FINISHES: ReadonlySet<string> = new Set(['stop', 'length', 'tool_call', 'content_filter', 'error']);

/**
 * Notes of one answer, and the label it is in words. Pure. Whether a mark applies is decided from the request and the primary alone.
 */
export function notesOf(
  answer: Answer,
  standard: Standard,
  options: NotingOptions = {},
): { readonly notes: AnswerNotes; readonly label: string | null } {
  const { hashOf, languageOf } = options;
  const text = answer.form === 'text';
  // With a key, so that nobody can try short answers; of features the hash is one trial's own.
  const hash = (value: string): number | null => (text && hashOf !== undefined ? hashOf(value) : null);
  const label = labelOf(answer);
  const notes: AnswerNotes = {
    length: answer.length,
    language: languageOf?.(answer) ?? null,
    structure: structureOf(answer),
    finish: answer.finish === null || FINISHES.has(answer.finish) ? answer.finish : 'other',
    refused: text ? isRefusal(answer) : null,
    valid: validOf(answer, standard, options.labels),
    hash: hash(answer.normalised),
    label: label === null ? null : hash(`label ${label}`),
  };
  return { notes, label };
}

function structureOf({ form, structure, value, json }: Answer): AnswerNotes['structure'] {
  const isJson = form === 'features' ? json !== null : typeof value === 'object' && value !== null;
  return [
    ...(structure.headings > 0 ? (['headings'] as const) : []),
    ...(structure.items > 0 ? (['lists'] as const) : []),
    ...(structure.fences > 0 ? (['code'] as const) : []),
    ...(structure.tables > 0 ? (['tables'] as const) : []),
    ...(isJson ? (['json'] as const) : []),
  ];
}

/** Every mark that applies must be 1. */
function validOf(answer: Answer, { primary, asked }: Standard, labels: readonly string[] | undefined): boolean | null {
  if (primary.form !== 'text') return null;
  const marks = [jsonValid, toolValid]
    .filter((scorer) => scorer.applies(primary, asked))
    .map((scorer) => scorer.score(primary, answer, asked));
  if (labels !== undefined) marks.push(Number(isOneOf(answer, labels)));
  if (marks.includes(0)) return false;
  return marks.length === 0 || marks.includes(null) ? null : true;
}

/** Without case and what stands around it, as labels are compared; one of many words as it is. */
function isOneOf(answer: Answer, labels: readonly string[]): boolean {
  const [said, whole] = [labelOf(answer), answer.normalised.toLowerCase()];
  return labels.some((label) => {
    const one = normalisedText(label).toLowerCase();
    return one === said || one === whole;
  });
}
