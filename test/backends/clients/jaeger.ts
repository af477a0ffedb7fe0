/** A span as Jaeger's API returns it: the parts that are read. */
export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly traceID: string; readonly spanID: string }[];
  /** Epoch microseconds. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  readonly tags: readonly Tag[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly Tag[] }[];
  readonly processID: string;
}

export interface Tag {
  readonly key: string;
  readonly type: string;
  readonly value: string | number | boolean;
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly Tag[] }>>;
}

/** A search, as its form in the UI has it. Durations as `250ms`. */
export interface JaegerSearch {
  readonly service: string;
  readonly operation?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly minDuration?: string;
  readonly maxDuration?: string;
  /** Traces at most. Default: all there are. */
  readonly limit?: number;
}

export interface Jaeger {
  services(): Promise<readonly string[]>;
  /** Names of spans. */
  operations(service: string): Promise<readonly string[]>;
  search(search: JaegerSearch): Promise<readonly JaegerTrace[]>;
  trace(id: string): Promise<JaegerTrace>;
  /** Traces of all services. */
  count(): Promise<number>;
}

const ALL = 100_000;

export function jaegerAt(url: string): Jaeger {
  const get = async <Data>(path: string): Promise<Data> => {
    const response = await fetch(`${url}/api/${path}`);
    if (!response.ok) throw new Error(`Jaeger: ${response.status} ${await response.text()} (${path})`);
    return ((await response.json()) as { data: Data }).data;
  };
  const search = ({ tags, limit = ALL, ...rest }: JaegerSearch): Promise<readonly JaegerTrace[]> => {
    const query = new URLSearchParams({ ...rest, limit: String(limit), lookback: '1h' });
    if (tags !== undefined) query.set('tags', JSON.stringify(tags));
    return get(`traces?${query.toString()}`);
  };
  const services = async (): Promise<readonly string[]> => (await get<string[] | null>('services')) ?? [];
  return {
    services,
    operations: (service) => get(`services/${encodeURIComponent(service)}/operations`),
    search,
    async trace(id) {
      const [trace] = await get<JaegerTrace[]>(`traces/${id}`);
      if (trace === undefined) throw new Error(`Jaeger has no trace ${id}`);
      return trace;
    },
    async count() {
      const found = await Promise.all((await services()).map((service) => search({ service })));
      return found.reduce((sum, traces) => sum + traces.length, 0);
    },
  };
}

/** The tags of a span by key. */
export function tagsOf(span: Pick<JaegerSpan, 'tags'>): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(span.tags.map(({ key, value }) => [key, value]));
}
