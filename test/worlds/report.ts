/** What a service in a world of its own is told: as JSON, in its environment variable `WORLD`. */
export interface Told {
  /** Of the provider; the behaviour and `/v1` follow. */
  readonly origin: string;
  readonly queueUrl: string;
  /** Settings of the experiment's `shadow`. */
  readonly shadow?: Readonly<Record<string, unknown>>;
}

/** A span, as plain data. */
export interface SpanReport {
  readonly name: string;
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  /** Ids of the spans it is linked to. */
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Nanoseconds. */
  readonly startedAt: string;
}

/** What a service saw of itself, as JSON on its standard output. */
export interface Report {
  readonly spans: readonly SpanReport[];
  /** Sum of all points of a counter, number of all values of a histogram, by scope and name: `scope name`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What OpenTelemetry's diag was told. */
  readonly warnings: readonly string[];
}

/** A span as SDK 2 and SDK 3 show it. */
export interface SdkSpan {
  readonly name: string;
  readonly instrumentationScope: { readonly name: string };
  readonly parentSpanContext?: { readonly spanId: string };
  readonly links: readonly { readonly context: { readonly spanId: string } }[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly startTime: readonly [number, number];
  spanContext(): { readonly traceId: string; readonly spanId: string };
}

export function reportOf(span: SdkSpan): SpanReport {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    scope: span.instrumentationScope.name,
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId ?? null,
    links: span.links.map((link) => link.context.spanId),
    attributes: span.attributes,
    startedAt: String(BigInt(span.startTime[0]) * 1_000_000_000n + BigInt(span.startTime[1])),
  };
}

export function told(): Told {
  return JSON.parse(process.env['WORLD'] ?? '') as Told;
}

/** Compares every call with a candidate that answers as the primary does. */
export function experimentOf({ origin, shadow = {} }: Told): Record<string, unknown> {
  return {
    name: 'world',
    candidate: { model: 'candidate', baseUrl: `${origin}/plain/v1` },
    content: 'none',
    policy: { gates: { errors: {} } },
    sample: { rate: 1 },
    noise: { rate: 0 },
    governor: { pauseMs: 0, eventLoopMs: 10_000, eventLoopShare: 1 },
    shadow,
  };
}

/** Resolves as soon as the condition holds. @throws after ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('not within ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
