import type { Run } from '@understudy/instrumentation/experiment';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import type { ScriptedProducer } from './ledger-script.js';

/** The ledger that a conformance suite is about; open while its tests run. */
export interface LedgerUnderTest {
  readonly name: string;
  readonly ledger: Ledger;
  readonly url: string;
  /** A producer whose run, by default one of its own, is registered and announced. */
  registered(run?: Run, startedAt?: number): Promise<ScriptedProducer>;
}
