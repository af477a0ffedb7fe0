import type { ScorerName } from '@understudy/instrumentation/experiment';
import { exact } from './exact.js';
import { exactJson } from './exact-json.js';
import { exactRaw } from './exact-raw.js';
import { length } from './length.js';
import { lexical } from './lexical.js';
import type { Scorer } from './scorer.js';

/** One line a scorer. */
const REGISTRY: { readonly [Name in ScorerName]: Scorer } = {
  exact_raw: exactRaw,
  exact,
  exact_json: exactJson,
  lexical,
  length,
};

/** All scorers. */
export const SCORERS: readonly Scorer[] = Object.values(REGISTRY);
