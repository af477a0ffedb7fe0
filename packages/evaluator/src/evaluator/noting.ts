import { createHmac } from 'node:crypto';
import type { RunId } from '@understudy/instrumentation/trial';
import type { JudgingLedger } from '../ledger/judging/judging-ledger.js';
import type { RegisteredRun } from '../ledger/record.js';
import { type Detect, languageOf } from '../score/language.js';
import type { NotingOptions } from '../score/notes.js';
import type { PriceOf } from '../tally/facts-of.js';
import { pricesOf } from './judging/pay.js';

/** How notes of a run's answers are taken. */
export interface Noting {
  of(run: RegisteredRun): Promise<{ readonly options: NotingOptions; readonly priceOf: PriceOf }>;
  /** A service has announced the run anew: its declared prices may be others. */
  changed(run: RunId): void;
}

type Prices = ReturnType<typeof pricesOf>;

/** Runs whose prices are remembered. */
const MOST_RUNS = 256;
/** An origin no provider is known for: the list price of the model's name. */
const ANYWHERE = 'https://endpoint.invalid';

/** Hashes have the ledger's own secret, so that every replica's are the same and nobody outside can try short answers. */
export function createNoting(ledger: Pick<JudgingLedger, 'drawKey' | 'boundsOf'>, detect: Detect): Noting {
  let key: string | null = null;
  const prices = new Map<RunId, Prices>();

  async function pricesFor(run: RunId): Promise<Prices> {
    const known = prices.get(run);
    if (known !== undefined) return known;
    const bounds = await ledger.boundsOf(run);
    const found = pricesOf(bounds?.prices ?? bounds?.judging?.budget?.prices ?? {});
    if (prices.size >= MOST_RUNS) prices.clear();
    prices.set(run, found);
    return found;
  }

  return {
    async of(run) {
      key ??= await ledger.drawKey();
      const secret = key;
      const { candidates, policy } = run.definition;
      const { labels } = policy.gates.validity ?? {};
      const found = await pricesFor(run.id);
      return {
        options: {
          hashOf: (text) => hashOf(secret, run.id, text),
          languageOf: (answer) => languageOf(answer, detect),
          ...(labels !== undefined && { labels }),
        },
        priceOf: (arm, leg) => {
          const candidate = arm === null ? undefined : candidates[arm];
          const model = (leg.status === 'ok' ? leg.model : null) ?? candidate?.model ?? null;
          return model === null ? null : found.of(model, originOf(candidate?.baseUrl));
        },
      };
    },
    changed: (run) => void prices.delete(run),
  };
}

/** 48 bits, for whom a number is exact. */
function hashOf(key: string, run: string, text: string): number {
  return createHmac('sha256', key).update(`answer ${run} `).update(text).digest().readUIntBE(0, 6);
}

/** Where a model is asked, as far as its price goes. */
export function originOf(baseUrl: string | undefined): string {
  return baseUrl !== undefined && URL.canParse(baseUrl) ? new URL(baseUrl).origin : ANYWHERE;
}
