import type { DefinitionChange } from '@understudy/instrumentation/experiment';
import type { Standing } from '../decide/standing.js';
import type { ShownPair } from '../ledger/ledger.js';
import type { RunState } from '../ledger/snapshot.js';
import type { History } from './history.js';
import type { Ranked } from './worst.js';

/** All that a report shows. */
export interface ReportInput {
  /** Epoch ms of the look. */
  readonly at: number;
  readonly standing: Standing;
  readonly run: RunState;
  /** Against the run before it; null: it is the first of its experiment. */
  readonly changes: readonly DefinitionChange[] | null;
  readonly history: History;
  /** Of how many pairs one was read for the history. */
  readonly oneIn: number;
  /** With what is kept of them; null: it is gone. */
  readonly worst: readonly { readonly ranked: Ranked; readonly pair: ShownPair | null }[];
}
