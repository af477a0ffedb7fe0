import { afterAll, beforeAll, describe } from 'vitest';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { testChanges } from './ledger-changes.js';
import { testClosing } from './ledger-closing.js';
import { testCompacting } from './ledger-compacting.js';
import { testControl } from './ledger-control.js';
import { testDays } from './ledger-days.js';
import { testEvidence } from './ledger-evidence.js';
import { testExpiring } from './ledger-expiring.js';
import { testHostile } from './ledger-hostile.js';
import { testMisconfigured } from './ledger-misconfigured.js';
import { testQueue } from './ledger-queue.js';
import { testRacing } from './ledger-racing.js';
import { testRetiring } from './ledger-retiring.js';
import { ScriptedProducer, scriptedRun, START } from './ledger-script.js';
import { testSegments } from './ledger-segments.js';
import { testSoundness } from './ledger-soundness.js';
import { testStoring } from './ledger-storing.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

/** Where the ledger under test is. `end` also ends what `url` leads to. */
export interface Connected {
  readonly url: string;
  end(): Promise<void>;
}

/** What every place that can hold a ledger must do. `connect` gives an empty database. Time is handed in, never waited for. */
export function testLedger(name: string, connect: () => Promise<Connected>): void {
  describe(`ledger on ${name}`, () => {
    const under: { -readonly [Key in keyof LedgerUnderTest]: LedgerUnderTest[Key] } = {
      name,
      url: '',
      ledger: undefined as never,
      async registered(run = scriptedRun(), startedAt) {
        await under.ledger.registerRun(run, START);
        const producer = new ScriptedProducer(run, startedAt);
        await under.ledger.storeBatch(producer.hello(), [], START);
        return producer;
      },
    };
    let end: () => Promise<void>;
    beforeAll(async () => {
      const connected = await connect();
      end = () => connected.end();
      under.url = connected.url;
      under.ledger = await openLedger(connected.url, START);
    });
    afterAll(async () => {
      await under.ledger.close();
      await end();
    });
    testExpiring(under);
    // Its hooks hold the lease, which the others take.
    describe('changes', () => testChanges(under));
    testControl(under);
    testMisconfigured(under);
    testStoring(under);
    testSegments(under);
    testClosing(under);
    testEvidence(under);
    testDays(under);
    testSoundness(under);
    testCompacting(under);
    testRacing(under);
    testQueue(under);
    testRetiring(under);
    testHostile(under);
  });
}
