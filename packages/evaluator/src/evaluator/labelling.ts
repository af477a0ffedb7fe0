import type { RunId } from '@understudy/instrumentation/trial';
import { judgedPairOf } from '../judge/judged-pair.js';
import type { Label, LabelLedger, LabelResult, Offer } from '../ledger/label-ledger.js';

/** A pair as a person is shown it: nothing of it says which answer is whose. */
export interface BlindPair {
  readonly pair: string;
  /** An earlier run of the experiment asks nobody any more. */
  readonly run: RunId;
  readonly experiment: string;
  readonly segment: string;
  /** Epoch ms. */
  readonly deadline: number;
  readonly request: string;
  readonly a: string;
  readonly b: string;
}

/** Which answer is better. `skip`: cannot say, which is an answer, too: the pair is not offered again. */
export const ANSWERS = ['A', 'B', 'tie', 'skip'] as const;
export type Answer = (typeof ANSWERS)[number];

export interface Labelling {
  /** Pairs that can still be answered, the oldest offer first: whoever starts again goes on where nobody has answered. */
  pairs(options: {
    readonly limit: number;
    readonly experiment: string | null;
    /** Only after this pair. */
    readonly after?: string | null;
  }): Promise<readonly BlindPair[]>;
  /** How many there are. */
  open(experiment: string | null): Promise<number>;
  /** Stores an answer. The first one stays. */
  answer(pair: string, answer: Answer): Promise<LabelResult>;
}

/** Offered pairs are read in chunks: some of them may hold nothing that can be shown. */
const CHUNK = 50;

/** What a person, a page or another tool labels with. Which answer is A is drawn by lot for each pair, and known to the ledger alone. */
export function labelling(ledger: { readonly labels: LabelLedger }, now: () => number): Labelling {
  const { labels } = ledger;
  return {
    async pairs({ limit, experiment, after = null }) {
      const shown: BlindPair[] = [];
      for (let last = after; shown.length < limit;) {
        const offers = await labels.offers({
          now: now(),
          experiment,
          limit: CHUNK,
          after: last === null ? null : { pair: last },
        });
        shown.push(...offers.flatMap((offer) => blind(offer) ?? []));
        last = offers.at(-1)?.pair ?? null;
        if (offers.length < CHUNK) break;
      }
      return shown.slice(0, limit);
    },
    open: (experiment) => labels.countOpen({ now: now(), experiment }),
    answer: (pair, answer) => labels.answer({ pair, first: FIRST[answer], now: now() }),
  };
}

const FIRST: Readonly<Record<Answer, Label['first']>> = { A: 1, B: 0, tie: 0.5, skip: null };

/** Null where there are no texts: nobody can say anything of it, and it stays unanswered. */
function blind({ content, shadowFirst, pair, run, experiment, segment, deadline }: Offer): BlindPair | null {
  const texts = content === null ? null : judgedPairOf(content.input, content.primary, content.shadow);
  if (texts === null) return null;
  const { request, primary, shadow } = texts;
  const [a, b] = shadowFirst ? [shadow, primary] : [primary, shadow];
  return { pair, run, experiment, segment, deadline, request, a, b };
}
