import type { Answer } from './answer.js';
import type { Asked } from './asked.js';
import { jsonValid } from './json/valid.js';
import { labelOf } from './label.js';
import { isRefusal } from './refusal.js';
import { toolClass, type ToolClass } from './tools/tool-class.js';
import { toolValid } from './tools/valid-calls.js';

/** What is noted of one answer: numbers, marks and words of ours, nothing that was said. */
export interface AnswerNotes {
  /** In UTF-16 code units. */
  readonly length: number;
  /** ISO 639-1; null where it cannot be told. */
  readonly language: string | null;
  readonly structure: readonly ('headings' | 'lists' | 'code' | 'tables' | 'json')[];
  /** Why it ended, in the words of the conventions or the provider's own. */
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

/** Pure. Whether a mark applies is decided from the request and the primary alone: `valid` of both answers is, too. */
export function notesOf(
  { primary, other, asked }: { readonly primary: Answer | null; readonly other: Answer | null; readonly asked: Asked },
  options: NotingOptions = {},
): Noted {
  const labels = new Map<number, string>();
  const note = (answer: Answer | null): AnswerNotes | null =>
    answer === null || primary === null ? null : noteOf(answer, { primary, asked, labels }, options);
  return {
    primary: note(primary),
    other: note(other),
    tools: primary === null || other === null ? null : toolClass(primary, other, asked),
    labels,
  };
}

interface Noting {
  readonly primary: Answer;
  readonly asked: Asked;
  readonly labels: Map<number, string>;
}

function noteOf(answer: Answer, noting: Noting, options: NotingOptions): AnswerNotes {
  const { hashOf, languageOf } = options;
  const text = answer.form === 'text';
  const label = labelOf(answer);
  // With a key, so that nobody can try short answers; of features the hash is one trial's own.
  const hash = (value: string | null): number | null =>
    value === null || !text || hashOf === undefined ? null : hashOf(value);
  const labelled = hash(label === null ? null : `label ${label}`);
  if (label !== null && labelled !== null) noting.labels.set(labelled, label);
  return {
    length: answer.length,
    language: languageOf?.(answer) ?? null,
    structure: structureOf(answer),
    finish: answer.finish,
    refused: text ? isRefusal(answer) : null,
    valid: validOf(answer, noting, options.labels),
    hash: hash(answer.normalised),
    label: labelled,
  };
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
function validOf(answer: Answer, { primary, asked }: Noting, labels: readonly string[] | undefined): boolean | null {
  if (primary.form !== 'text') return null;
  const marks = [jsonValid, toolValid]
    .filter((scorer) => scorer.applies(primary, asked))
    .map((scorer) => scorer.score(primary, answer, asked));
  if (labels !== undefined) {
    const said = labelOf(answer);
    marks.push(Number(said !== null && labels.some((label) => label.trim().toLowerCase() === said)));
  }
  if (marks.includes(0)) return false;
  return marks.length === 0 || marks.includes(null) ? null : true;
}
