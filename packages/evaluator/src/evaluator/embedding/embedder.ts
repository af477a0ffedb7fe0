import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConfigurationError,
  DEFAULTS,
  describeReference,
  type Embedding,
  type EmbeddingsDefinition,
  type Experiment,
} from '@understudy/instrumentation/experiment';
import type { RunId, Trial } from '@understudy/instrumentation/trial';
import type { Secrets } from '../../config.js';
import { createEmbeddingClient } from '../../embed/client.js';
import { UnderstudyError } from '../../errors.js';
import type { ModelFailure } from '../../judge/model-client.js';
import type { Ledger, RegisteredRun } from '../../ledger/ledger.js';
import type { Budgets } from '../../queue/budgets.js';
import { createEmbedding } from '../../score/embedding.js';
import type { Scorer } from '../../score/scorer.js';
import type { Vector } from '../../score/vector.js';
import { checkExperiment } from '../check-experiment.js';
import { pricesOf } from '../judging/pay.js';
import { createPurses } from '../judging/purses.js';
import { paidEmbedding } from './pay.js';
import { PatientClient, type Patience } from './patient-client.js';
import { wantedTexts } from './texts.js';

/** Makes the vectors that scores need. */
export interface Embedder {
  /**
   * The scorer `embedding` for these trials, once their vectors are there or their time is over; null where the run wants none. Rejects, to be
   * tried again, where the ledger is away or the evaluator is closing.
   */
  scorerFor(run: RegisteredRun, trials: readonly Trial[]): Promise<Scorer | null>;
  /** Ends all waiting. */
  stop(): void;
  /** Gives back what is not used of budgets. */
  close(): Promise<void>;
}

export interface EmbedderOptions extends Partial<Pick<Patience, 'random' | 'pause'>> {
  readonly ledger: { readonly embeddings: Ledger['embeddings'] } & {
    readonly judging: Pick<Ledger['judging'], 'boundsOf' | 'drawKey' | 'use' | 'giveBack' | 'noteAsked'>;
  };
  readonly budgets: Pick<Budgets, 'lease'>;
  readonly secrets: Secrets;
  /** Epoch ms. */
  readonly now: () => number;
  /** Told why scores are null. */
  readonly onError: (error: unknown) => void;
}

/** The endpoint of a run, ready to be asked. */
interface Asked {
  readonly client: PatientClient;
  readonly bounds: Embedding;
}

/** Bounds may change while a run goes on: they are read again after so long, in milliseconds. */
const FRESH_MS = 5_000;

export function createEmbedder(options: EmbedderOptions): Embedder {
  const { ledger, budgets, secrets, now, onError, random = Math.random, pause = pauseFor } = options;
  const stopping = new AbortController();
  const purses = createPurses({ ledger: ledger.judging, budgets, now, onError });
  const made = new Map<RunId, { readonly asked: Asked; readonly key: string; at: number }>();
  let secret: string | null = null;

  async function askedOf(run: RegisteredRun, definition: EmbeddingsDefinition): Promise<Asked> {
    const known = made.get(run.id);
    if (known !== undefined && now() - known.at < FRESH_MS) return known.asked;
    const bounds = (await ledger.judging.boundsOf(run.id))?.embedding ?? UNBOUNDED;
    const key = JSON.stringify(bounds);
    const asked = known?.key === key ? known.asked : make(run, definition, bounds);
    made.set(run.id, { asked, key, at: now() });
    return asked;
  }

  function make({ experiment }: RegisteredRun, definition: EmbeddingsDefinition, bounds: Embedding): Asked {
    const { budget, concurrency, timeoutMs } = bounds;
    const client = createEmbeddingClient({ ...definition, apiKey: keyOf(definition, secrets), timeoutMs });
    const prices = budget === null ? null : pricesOf(budget.prices);
    const price = prices?.of(definition.model, new URL(definition.baseUrl).origin) ?? null;
    const purse = purses.of(experiment, { budget, perMinute: null, usdPerHour: null }, 'embeddings');
    const patience = { concurrency, now, random, pause, stop: stopping.signal };
    return { client: new PatientClient(paidEmbedding(client, purse, price), patience), bounds };
  }

  async function vectorsOf(
    run: RegisteredRun,
    definition: EmbeddingsDefinition,
    trials: readonly Trial[],
  ): Promise<ReadonlyMap<string, Vector>> {
    const wanted = await wantedTexts(trials);
    const vectors = new Map<string, Vector>();
    if (wanted.size === 0) return vectors;
    const { client, bounds } = await askedOf(run, definition);
    const hash = (secret ??= await ledger.judging.drawKey());
    const keys = new Map([...wanted.keys()].map((text) => [text, keyOfText(hash, definition, text)]));
    const kept = await ledger.embeddings.find([...keys.values()]);
    for (const [text, key] of keys) {
      const vector = kept.get(key);
      if (vector !== undefined) vectors.set(text, vector);
    }
    const deadline = now() + bounds.deadlineMs;
    const missing = [...wanted].filter(([text]) => !vectors.has(text));
    const failures = await Promise.all(
      chunksOf(missing, bounds.batchSize).map(async (chunk) => {
        const embedded = await client.embed(
          chunk.map(([text]) => text),
          deadline,
        );
        const fresh = chunk.flatMap(([text, owner], at) => {
          const vector = embedded.vectors[at] ?? null;
          if (vector === null) return [];
          vectors.set(text, vector);
          return [{ ...owner, key: keys.get(text) ?? '', vector }];
        });
        // At once: what was paid for is not lost with this process.
        if (fresh.length > 0) await ledger.embeddings.keep(fresh, now()).catch(onError);
        return embedded.failure;
      }),
    );
    const failure = failures.find((one) => one !== null);
    if (failure) onError(failureOf(definition, run, failure));
    return vectors;
  }

  return {
    async scorerFor(run, trials) {
      const { embeddings } = run.definition;
      if (embeddings === undefined) return null;
      try {
        const vectors = await vectorsOf(run, embeddings, trials);
        return createEmbedding((text) => vectors.get(text) ?? null);
      } catch (error) {
        // Its key is not here.
        if (!(error instanceof ConfigurationError)) throw error;
        onError(error);
        return createEmbedding(() => null);
      }
    },
    stop: () => stopping.abort(),
    close: () => purses.close(),
  };
}

/** Checks at start that the embeddings of a configuration can be asked for. Throws {@link ConfigurationError} for the first that cannot. */
export function checkEmbeddings(experiments: readonly Experiment[], secrets: Secrets): void {
  for (const { name, enabled, embeddings } of experiments) {
    if (!enabled || embeddings === null) continue;
    checkExperiment(name, () => {
      createEmbeddingClient({ ...embeddings, apiKey: keyOf(embeddings, secrets) });
    });
  }
}

const UNBOUNDED: Embedding = { ...DEFAULTS.embeddings, budget: null };

/** Keyed, so that nobody who knows a text, and not the ledger's secret, can tell that it was said. */
function keyOfText(secret: string, { baseUrl, model, dimensions }: EmbeddingsDefinition, text: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([1, baseUrl, model, dimensions, text]))
    .digest('base64url');
}

function keyOf({ apiKey, model }: EmbeddingsDefinition, secrets: Secrets): string | null {
  if (apiKey === null) return null;
  const key = secrets(apiKey);
  if (key !== undefined) return key;
  const where = describeReference(apiKey);
  throw new ConfigurationError('embeddings.apiKey', [`expected the key for ${model} in ${where}, got nothing there`]);
}

function failureOf(
  { model }: EmbeddingsDefinition,
  { experiment }: RegisteredRun,
  failure: ModelFailure,
): UnderstudyError {
  const why = `${failure.kind}: ${failure.detail}`;
  return new UnderstudyError('embeddings', `some scores \`embedding\` of ${experiment} are null: ${model}: ${why}`);
}

function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
