import { createHash } from 'node:crypto';
import { canonicalJson, ConfigurationError } from '@understudy/instrumentation/experiment';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** What a judge is told to look for: data, a YAML file. It decides, so its hash is part of what a judgement is named by. */
export interface Rubric {
  /** Lower case, digits and hyphens. */
  readonly name: string;
  /** Counted up by who changes it; the hash tells two texts of one version apart all the same. */
  readonly version: number;
  readonly instructions: string;
  readonly criteria: readonly Criterion[];
  /** When to choose which, for each of the three verdicts. */
  readonly choices: Readonly<Record<'A' | 'B' | 'TIE', string>>;
}

export interface Criterion {
  readonly name: string;
  readonly question: string;
}

const LONGEST_INSTRUCTIONS = 20_000;
const LONGEST_LINE = 2_000;
const MOST_CRITERIA = 20;

const text = (most: number) => z.string().trim().min(1).max(most);
const criterion = z.strictObject({ name: text(60), question: text(LONGEST_LINE) });
const line = text(LONGEST_LINE);

const rubricSchema = z.strictObject({
  name: z
    .string()
    .max(60)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower case letters, digits and single hyphens'),
  version: z.int().min(1),
  instructions: text(LONGEST_INSTRUCTIONS),
  criteria: z
    .array(criterion)
    .min(1)
    .max(MOST_CRITERIA)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'expected each name once'),
  choices: z.strictObject({ A: line, B: line, TIE: line }),
});

/**
 * Reads a rubric from its YAML text.
 *
 * @param source Where it comes from, for errors: a path.
 * @throws ConfigurationError with every field that is wrong, or with line and column for what is not YAML.
 */
export function parseRubric(yaml: string, source: string): Rubric {
  const document = parseDocument(yaml, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw new ConfigurationError(
      source,
      document.errors.map((error) => error.message.trimEnd()),
    );
  }
  const parsed = rubricSchema.safeParse(valueOf(document, source));
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    source,
    parsed.error.issues.map((issue) => `${issue.path.map(String).join('.') || 'rubric'}: ${issue.message}`),
  );
}

/** 16 hex digits of the SHA-256 of all that the rubric says: what changes with any word of it, and with its version. */
export function rubricHash(rubric: Rubric): string {
  return createHash('sha256').update(canonicalJson(rubric)).digest('hex').slice(0, 16);
}

/** Aliases are limited, or a few lines could stand for gigabytes. */
function valueOf(document: ReturnType<typeof parseDocument>, source: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    throw new ConfigurationError(source, [cause instanceof Error ? cause.message : String(cause)], { cause });
  }
}
