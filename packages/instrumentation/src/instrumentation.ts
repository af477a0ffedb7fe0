import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  diag,
  type Meter,
  metrics,
  type MeterProvider,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { reserveModels } from './capture/bounded-names.js';
import { type CaptureOptions, createCapture } from './capture/capture.js';
import { contentSettled } from './capture/content-turns.js';
import { createFunctionCapture } from './capture/function-capture.js';
import { dialectOf, DIALECTS } from './dialect/registry.js';
import { comparesCode } from './experiment/of-code.js';
import { createFunctionTap, type FunctionTap, setupOfCode } from './functions/function-tap.js';
import { guard, remark } from './guard.js';
import { armsOf, contentRemarks, modelsOf, patternsOf, setupOf } from './instrumentation-setup.js';
import { misconfigured } from './misconfigured.js';
import { resolveSource, type Source, type SourceOptions } from './options.js';
import type { ProducerLimits } from './queue/limits.js';
import type { ExperimentSetup } from './queue/arrangement.js';
import { Producer } from './queue/producer.js';
import type { CallRules } from './sample/call-view.js';
import { FunnelMetrics } from './shadow/funnel-metrics.js';
import {
  type ArgumentsOf,
  type CandidateFunctions,
  checkShadowedOptions,
  shadowed,
  type ShadowedOptions,
} from './functions/shadowed.js';
import { type GlobalTap, globalTap } from './tap/global-tap.js';
import type { OnRequest } from './tap/observer.js';
import { type DispatcherLike, tapDispatcher } from './tap/tap-dispatcher.js';
import { tapFetch } from './tap/tap-fetch.js';
import { UntappedCalls } from './tap/untapped-calls.js';
import { spanPrivacyOf } from './trial/privacy/span-privacy.js';
import { VERSION } from './version.js';

/** What {@link UnderstudyInstrumentation} can be told. Nothing is required where `understudy.yaml` says it. */
export interface UnderstudyOptions extends SourceOptions {
  /** Rules in code, by experiment: how calls are put into segments, and what makes them repeat each other. */
  readonly rules?: Readonly<Record<string, CallRules>>;
  /** What may wait in memory for the queue, and in the queue for the evaluator. */
  readonly limits?: Partial<ProducerLimits>;
}

/** The part of a configuration that `NodeSDK` asks for and sets. */
export interface InstrumentationConfig {
  readonly enabled?: boolean;
}

type Fetch = typeof globalThis.fetch;

const NAME = '@understudy/instrumentation';
/** What is said once where there is nothing to do. */
export const NO_CONFIGURATION: string =
  'no experiment found (understudy.yaml, UNDERSTUDY_CONFIG or `experiments`): nothing is compared';

const DEFAULT_TIMEOUT_MS = 5000;
/** A script that ends by itself waits so long at most for its last shadows, and then for the queue. */
const EXIT_MS = { shadows: 1500, queue: 500 } as const;

/**
 * Sends a share of the service's model calls to candidates as well, in the background.
 *
 * An OpenTelemetry instrumentation in all but name: give it to `NodeSDK({ instrumentations: [...] })`, or enable it yourself before any
 * client is made. It wraps `globalThis.fetch` and nothing else, and listens for calls that go past it. The constructor checks the configuration and throws
 * {@link ConfigurationError}; after it, nothing here throws.
 */
export class UnderstudyInstrumentation {
  readonly instrumentationName: string = NAME;
  readonly instrumentationVersion: string = VERSION;
  /** `ready`: there is something to compare. `absent`: nothing is configured. `disabled`: switched off by `UNDERSTUDY_ENABLED`. */
  readonly status: 'ready' | 'absent' | 'disabled';
  readonly #source: Source | null;
  readonly #setups: readonly ExperimentSetup[];
  readonly #options: UnderstudyOptions;
  /** The experiments that compare requests. */
  readonly #overHttp: readonly ExperimentSetup[];
  readonly #metrics: FunnelMetrics;
  readonly #untapped: UntappedCalls;
  readonly #onExit = (): void => void this.#finish();
  #tracerProvider: TracerProvider | null = null;
  #meterProvider: MeterProvider | null = null;
  #meter: { readonly provider: MeterProvider; readonly meter: Meter } | null = null;
  #tracer: { readonly of: TracerProvider; readonly tracer: Tracer } | null = null;
  #producer: Producer | null = null;
  #tap: GlobalTap | null = null;
  #fetch: Fetch | null = null;
  #admitting = false;

  constructor(options: UnderstudyOptions = {}) {
    const resolved = resolveSource(options);
    const empty = resolved.status === 'ready' && resolved.source.experiments.length === 0;
    this.status = empty ? 'absent' : resolved.status;
    this.#options = options;
    this.#source = resolved.status === 'ready' && !empty ? resolved.source : null;
    this.#setups = (this.#source?.experiments ?? []).map((experiment) => setupOf(experiment, options));
    const arms = this.#setups.flatMap(({ experiment }) => armsOf(experiment));
    this.#overHttp = this.#setups.filter(
      ({ experiment, rules }) => !comparesCode(experiment, Object.keys(rules.transform ?? {})),
    );
    const critical = this.#setups.map(({ experiment: { name, segments } }) => [name, segments.critical] as const);
    this.#metrics = new FunnelMetrics(() => this.#getMeter(), arms, new Map(critical));
    reserveModels(
      this.#setups.flatMap(({ experiment }) => modelsOf(experiment)),
      this.#setups.flatMap(({ experiment }) => patternsOf(experiment)),
    );
    this.#untapped = new UntappedCalls({
      isModelCall: (method, url) => dialectOf(method, url) !== null,
      onUntapped: () => this.#missed(),
      say,
    });
  }

  /** Whether calls may be admitted: the queue has acknowledged what is compared. Until then sampled calls are counted, not sent. */
  get announced(): boolean {
    return this.#producer?.announced ?? false;
  }

  /** A fetch to hand to an SDK (`new OpenAI({ fetch: understudy.fetch })`), for services that keep the global one untouched. */
  get fetch(): Fetch {
    const producer = this.#start();
    if (producer === null) return globalThis.fetch;
    this.#admitting = true;
    this.#fetch ??= tapFetch(globalThis.fetch, this.#onRequest(producer));
    return this.#fetch;
  }

  /**
   * A dispatcher to hand to undici (`request(url, { dispatcher })`, `setGlobalDispatcher`), which shows its calls to a model as
   * {@link fetch} does: any dispatcher of undici 6 or later.
   */
  dispatcher<Dispatcher extends DispatcherLike>(dispatcher: Dispatcher): Dispatcher {
    const producer = this.#start();
    if (producer === null) return dispatcher;
    this.#admitting = true;
    return tapDispatcher(dispatcher, this.#onRequest(producer));
  }

  /**
   * A function whose calls are compared with those of one or several others: a gRPC client, a local model, a classifier. The same
   * function to its callers; the primary itself where nothing is compared.
   *
   * The A/A leg calls the primary once more: it must have no side effects, or `noise.rate` must be 0. Throws {@link ConfigurationError}.
   */
  shadowed<Args extends readonly unknown[], Result, Primary extends object, Other = Awaited<Result>>(
    primary: Primary & ((...args: Args) => Result),
    candidates: CandidateFunctions<ArgumentsOf<Args>, Other>,
    options: ShadowedOptions<ArgumentsOf<Args>, Awaited<Result> | Other>,
  ): Primary {
    checkShadowedOptions(options);
    const tap = this.functionTap(options.experiment);
    return tap === null ? primary : shadowed(tap, primary, candidates, options);
  }

  /**
   * What {@link shadowed} and the middleware for the AI SDK show their calls to. `null` where nothing is compared. Throws
   * {@link ConfigurationError} where the experiment is not there or does not compare functions.
   */
  functionTap(experiment: string): FunctionTap | null {
    if (this.#source === null) return null;
    const setup = setupOfCode(this.#setups, experiment);
    const producer = this.#start();
    if (producer === null) return null;
    this.#admitting = true;
    const capture = createFunctionCapture({
      ...this.#telemetry([setup]),
      maxChars: setup.experiment.shadow.maxBytes,
    });
    return createFunctionTap(setup, producer, capture, () => this.#admitting);
  }

  /** Wraps `globalThis.fetch`. Twice is once. */
  enable(): void {
    guard('instrumentation.enable', () => {
      // Here and not at construction: `NodeSDK` has a logger only once it starts.
      if (this.status === 'absent') say(`${NO_CONFIGURATION}; looked for it in ${process.cwd()}`);
      const producer = this.#start();
      if (producer === null) return;
      for (const text of contentRemarks(this.#source?.messageContent ?? 'none', this.#setups)) remark('content', text);
      this.#admitting = true;
      this.#tap ??= globalTap(this.#onRequest(producer), say);
      this.#tap.install();
      this.#untapped.enable();
    });
  }

  /** Takes the wrapper off again and admits no more calls. What is under way is still sent: call {@link shutdown} to end it. */
  disable(): void {
    this.#admitting = false;
    guard('instrumentation.disable', () => this.#tap?.uninstall());
    guard('instrumentation.disable', () => this.#untapped.disable());
  }

  /** Waits until every call so far is compared and on its way, `timeoutMs` at most (default 5000). False where that was too short. */
  async flush(timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    // A call of this very turn is shown in the next.
    await nextTurn();
    const flushed = (await guardedFlush(this.#producer, timeoutMs)) ?? true;
    await contentSettled(until - performance.now());
    return flushed;
  }

  /**
   * Stops: no call is admitted any more, shadows in flight have a part of the time and are then given up, what there is goes to the
   * queue, and the connection is closed;
   * within `timeoutMs` (default 5000), whatever the queue does. `NodeSDK.shutdown()` does not call it.
   */
  async shutdown(timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<void> {
    this.disable();
    process.removeListener('beforeExit', this.#onExit);
    const producer = this.#producer;
    if (producer !== null)
      await guard('instrumentation.shutdown', () => producer.shutdown(timeoutMs))?.catch(() => undefined);
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#tracerProvider = provider;
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#meterProvider = provider;
    guard('instrumentation.metrics', () => this.#metrics.initialise());
  }

  /** Nothing is logged through OpenTelemetry. */
  setLoggerProvider(): void {
    // Part of the interface.
  }

  /** The experiments are fixed at construction, since a change is another run; `enabled` is heeded. */
  setConfig(config: InstrumentationConfig): void {
    if (config.enabled === false) this.disable();
  }

  getConfig(): InstrumentationConfig {
    return { enabled: this.#tap?.installed ?? false };
  }

  /** The host has nothing left to do: what is under way gets a moment. */
  async #finish(): Promise<void> {
    if (this.announced) await this.flush(EXIT_MS.shadows);
    await this.shutdown(EXIT_MS.queue);
  }

  #start(): Producer | null {
    if (this.#source === null || this.#producer !== null) return this.#producer;
    const { queueUrl, seal, environmentProxy } = this.#source;
    this.#producer = new Producer({
      setups: this.#setups,
      queueUrl,
      seal,
      environmentProxy,
      tracer: () => this.#getTracer(),
      metrics: this.#metrics,
      ...(this.#options.limits !== undefined && { limits: this.#options.limits }),
    });
    this.#producer.start();
    process.once('beforeExit', this.#onExit);
    return this.#producer;
  }

  #onRequest(producer: Producer): OnRequest {
    const capture = this.#capture(producer);
    return (request) => {
      const observer = capture(request);
      if (observer !== null) this.#untapped.tapped(request.method, request.url);
      return observer;
    };
  }

  /** A call past the tap: which experiment it would have been of is not known, so each has called a model and lost it. */
  #missed(): void {
    for (const { experiment } of this.#overHttp) {
      const { name } = experiment;
      // The watcher has said it, with the host.
      misconfigured('untapped', {
        experiment: name,
        say: null,
        found: () => `calls to a model went past the tap: their client was made before ${name} was there`,
      });
    }
    for (const arm of this.#overHttp.flatMap(({ experiment }) => armsOf(experiment))) {
      this.#metrics.reached('called', arm);
      this.#metrics.dropped('untapped', arm);
    }
  }

  #capture(producer: Producer): ReturnType<typeof createCapture> {
    return createCapture({
      dialects: DIALECTS,
      ...this.#telemetry(this.#overHttp),
      listener: (call) => {
        if (this.#admitting) producer.take(call);
      },
      maxAnswerBytes: Math.max(...this.#setups.map(({ experiment }) => experiment.shadow.maxBytes)),
    });
  }

  #telemetry(setups: readonly ExperimentSetup[]): Pick<CaptureOptions, 'tracer' | 'meter' | 'metricNames' | 'privacy'> {
    const asked = this.#source?.messageContent ?? 'none';
    return {
      privacy: spanPrivacyOf(setups, asked === 'span' || asked === 'span_and_event'),
      tracer: () => this.#getTracer(),
      meter: () => this.#getMeter(),
      metricNames: this.#source?.latestConventions === true ? 'latest' : 'v1.41',
    };
  }

  /** One of each provider, which makes a name of name and version to find it by, for every call. */
  #getTracer(): Tracer {
    const provider = this.#tracerProvider ?? trace.getTracerProvider();
    const of = behind(provider);
    if (this.#tracer?.of !== of) this.#tracer = { of, tracer: provider.getTracer(NAME, VERSION) };
    return this.#tracer.tracer;
  }

  /** One of each provider: not every provider gives the same one again, and every new one would get instruments of its own. */
  #getMeter(): Meter {
    const provider = this.#meterProvider ?? metrics.getMeterProvider();
    if (this.#meter?.provider !== provider) this.#meter = { provider, meter: provider.getMeter(NAME, VERSION) };
    return this.#meter.meter;
  }
}

/** What a tracer is of: the API's own provider stays the same, whichever it hands on to. */
function behind(provider: TracerProvider & { getDelegate?(): TracerProvider }): TracerProvider {
  return provider.getDelegate?.() ?? provider;
}

function say(message: string): void {
  diag.warn(`understudy: ${message}`);
}

async function guardedFlush(producer: Producer | null, timeoutMs: number): Promise<boolean | undefined> {
  return await guard('instrumentation.flush', () => producer?.flush(timeoutMs))?.catch(() => false);
}
