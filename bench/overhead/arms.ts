import { type MeterProvider, SpanKind, type Tracer, type TracerProvider } from '@opentelemetry/api';
import { INSTRUMENTATIONS } from './packages.js';
import type { UnderstudyInstrumentation } from '../../packages/instrumentation/dist/index.js';

/** What an arm is given to set itself up with, before the SDK of the model is loaded. */
export interface Surroundings {
  readonly tracers: TracerProvider;
  readonly meters: MeterProvider;
  readonly tracer: Tracer;
  /** Loads a package as the service would: from the folder that holds the SDK under test. */
  readonly load: (name: string) => unknown;
  /** Folder of the build of ours. */
  readonly build: string;
  readonly candidateUrl: string;
  readonly queueUrl: string;
}

/** Something that stands between a service and its model. */
export interface Arm {
  readonly title: string;
  /** Shadows per call, about: they are drawn. */
  readonly shadows: number;
  /** Spans per call, shadows left out. */
  readonly spans: 0 | 1;
  /** Returns what waits for the work in the background. */
  setUp(around: Surroundings): Promise<() => Promise<unknown>>;
}

const nothing = (): Promise<void> => Promise.resolve();

interface Instrumentation {
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider?(provider: MeterProvider): void;
}

/** Of the others, each with its own defaults but for content, which ours does not record either. */
function rival(title: string, load: string, className: string, options: object): Arm {
  return {
    title,
    shadows: 0,
    spans: 1,
    setUp(around) {
      const exported = around.load(load) as Record<string, new (options: object) => Instrumentation>;
      const Constructor = exported[className];
      if (Constructor === undefined) throw new Error(`${load} has no ${className}`);
      const instrumentation = new Constructor(options);
      instrumentation.setTracerProvider(around.tracers);
      instrumentation.setMeterProvider?.(around.meters);
      return Promise.resolve(nothing);
    },
  };
}

/** A rate that is not zero, as zero would take a shorter way, and at which no call of a run is drawn. */
const NEVER = 1e-9;

/** As by default: of ten calls that are shadowed, one goes to the incumbent a second time too. */
const NOISE = 0.1;

async function start(
  { tracers, meters, build, candidateUrl, queueUrl }: Surroundings,
  rate: number,
): Promise<UnderstudyInstrumentation> {
  const module = (await import(`${build}/index.js`)) as {
    UnderstudyInstrumentation: typeof UnderstudyInstrumentation;
  };
  const understudy = new module.UnderstudyInstrumentation({
    environment: {},
    queueUrl,
    experiments: [
      {
        name: 'bench',
        candidate: { model: 'gpt-5-mini', baseUrl: candidateUrl },
        content: 'full',
        sample: { rate },
        noise: { rate: NOISE },
        // What a shadow costs is asked here: a loop that is kept busy with calls would have time for none.
        governor: { eventLoopShare: 1 },
      },
    ],
  });
  understudy.setTracerProvider(tracers);
  understudy.setMeterProvider(meters);
  // Asking for it connects to the queue; the fetch of the process is as it was.
  if (typeof understudy.fetch !== 'function') throw new TypeError('no fetch');
  const end = performance.now() + 10_000;
  while (!understudy.announced) {
    if (performance.now() > end) throw new Error('the queue did not acknowledge the run');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return understudy;
}

function ours(title: string, rate: number): Arm {
  return {
    title,
    shadows: rate === NEVER ? 0 : rate * (1 + NOISE),
    spans: 1,
    async setUp(around) {
      const understudy = await start(around, rate);
      understudy.enable();
      return async () => {
        if (rate === NEVER) return;
        if (!(await understudy.flush(30_000))) throw new Error('shadows were still under way after 30 s');
      };
    },
  };
}

/**
 * Loads everything that any arm has, and connects ours to its queue, without switching anything on: a call's garbage is collected in
 * a heap of the same size in all arms, and what a connection costs at rest is not counted as the calls'.
 */
export async function loadAll(around: Surroundings, arm: ArmName): Promise<void> {
  for (const name of INSTRUMENTATIONS) around.load(name);
  if (!arm.startsWith('ours')) await start(around, NEVER);
}

/** The span a service would make itself, around each call. */
export const BY_HAND = { name: 'chat gpt-5', kind: SpanKind.CLIENT } as const;

export const ARMS = {
  bare: { title: 'bare', shadows: 0, spans: 0, setUp: () => Promise.resolve(nothing) },
  by_hand: { title: 'a span by hand', shadows: 0, spans: 1, setUp: () => Promise.resolve(nothing) },
  ours: ours('ours, not sampled', NEVER),
  otel: rival(
    '@opentelemetry/instrumentation-openai',
    '@opentelemetry/instrumentation-openai',
    'OpenAIInstrumentation',
    {},
  ),
  openllmetry: rival('OpenLLMetry', '@traceloop/instrumentation-openai', 'OpenAIInstrumentation', {
    traceContent: false,
  }),
  openinference: rival('OpenInference', '@arizeai/openinference-instrumentation-openai', 'OpenAIInstrumentation', {
    traceConfig: { hideInputs: true, hideOutputs: true },
  }),
  ours_10: ours('ours, 10 % shadowed', 0.1),
  ours_100: ours('ours, 100 % shadowed', 1),
} as const satisfies Readonly<Record<string, Arm>>;

export type ArmName = keyof typeof ARMS;
