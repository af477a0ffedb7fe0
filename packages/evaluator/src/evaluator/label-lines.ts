import { z } from 'zod';
import { ConfigurationError } from '../errors.js';
import type { LabelResult } from '../ledger/label-ledger.js';
import { ANSWERS, type Answer, type BlindPair, type Labelling } from './labelling.js';

/** Counted up when the form of a line changes. */
const VERSION = 1;
/** Lines named before the rest is only counted. */
const MOST_NAMED = 20;

const lineSchema = z.object({
  v: z.literal(VERSION).optional(),
  pair: z.uuid('expected the id of a pair'),
  answer: z.enum(ANSWERS, `expected ${ANSWERS.map((one) => `"${one}"`).join(', ')}`),
});

/** What came of a file of labels: how many lines, by what became of each. */
export type ImportReport = Readonly<Record<LabelResult, number>> & { readonly lines: number };

/** Every open pair as a line of JSON, to be given back with an `answer`. */
export async function* exportLines(labelling: Labelling, experiment: string | null): AsyncIterable<string> {
  for (let after: string | null = null; ;) {
    const pairs: readonly BlindPair[] = await labelling.pairs({ limit: 100, experiment, after });
    for (const { deadline, ...pair } of pairs) {
      yield JSON.stringify({ v: VERSION, ...pair, deadline: new Date(deadline).toISOString() });
    }
    after = pairs.at(-1)?.pair ?? null;
    if (after === null) return;
  }
}

/**
 * Stores the labels of a text of JSON lines; other fields are let pass, and so are empty lines. Again it changes nothing.
 *
 * @throws ConfigurationError that names each line that is wrong; then nothing is stored
 */
export async function importLines(labelling: Labelling, text: string, source: string): Promise<ImportReport> {
  const issues: string[] = [];
  const labels: { readonly pair: string; readonly answer: Answer }[] = [];
  const lines = new Map<string, number>();
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readLine(line);
    const label = typeof read === 'string' ? null : read;
    const first = label === null ? undefined : lines.get(label.pair);
    if (typeof read === 'string') issues.push(`line ${at + 1}: ${read}`);
    else if (first !== undefined)
      issues.push(`line ${at + 1}: pair: expected each pair once, line ${first} has it, too`);
    else labels.push(read);
    if (label !== null) lines.set(label.pair, at + 1);
  }
  if (issues.length > 0) {
    const rest = issues.length - MOST_NAMED;
    throw new ConfigurationError(source, [
      ...issues.slice(0, MOST_NAMED),
      ...(rest > 0 ? [`and ${rest} more lines`] : []),
    ]);
  }
  const counts = { stored: 0, late: 0, known: 0, unknown: 0 };
  for (const { pair, answer } of labels) counts[await labelling.answer(pair, answer)] += 1;
  return { lines: labels.length, ...counts };
}

/** The label, or what is wrong with the line: none of its text is repeated. */
function readLine(line: string): z.infer<typeof lineSchema> | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'expected a JSON object';
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return { ...parsed.data, pair: parsed.data.pair.toLowerCase() };
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  return `${field === '' ? '' : `${field}: `}${issue?.message ?? 'cannot be read'}`;
}
