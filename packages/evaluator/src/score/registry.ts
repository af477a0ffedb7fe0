import type { ScorerName } from '@understudy/instrumentation/experiment';
import { chrf } from './chrf.js';
import { edit } from './edit.js';
import { exact } from './exact.js';
import { exactJson } from './exact-json.js';
import { exactRaw } from './exact-raw.js';
import { jsonParses } from './json/parses.js';
import { jsonPaths } from './json/paths.js';
import { jsonValid } from './json/valid.js';
import { jsonValues } from './json/values.js';
import { label } from './label.js';
import { createLanguage, type Detect } from './language.js';
import { length } from './length.js';
import { lexical } from './lexical.js';
import { refusal } from './refusal.js';
import type { Scorer } from './scorer.js';
import { structure } from './structure.js';
import { toolExact } from './tools/exact-calls.js';
import { toolArguments } from './tools/loose-arguments.js';
import { toolNames } from './tools/names.js';
import { toolValid } from './tools/valid-calls.js';

/** The scorers that are made with something from outside. */
type Needing = 'language' | 'embedding';

/** One line a scorer. */
const REGISTRY: { readonly [Name in Exclude<ScorerName, Needing>]: Scorer } = {
  exact_raw: exactRaw,
  exact,
  exact_json: exactJson,
  lexical,
  edit,
  chrf,
  length,
  structure,
  json_parses: jsonParses,
  json_valid: jsonValid,
  json_paths: jsonPaths,
  json_values: jsonValues,
  tool_names: toolNames,
  tool_arguments: toolArguments,
  tool_exact: toolExact,
  tool_valid: toolValid,
  label,
  refusal,
};

/** All scorers that need nothing but the answers. */
export const SCORERS: readonly Scorer[] = Object.values(REGISTRY);

/** These and the one that needs a detector of languages. */
export function scorersWith(detect: Detect): readonly Scorer[] {
  return [...SCORERS, createLanguage(detect)];
}
