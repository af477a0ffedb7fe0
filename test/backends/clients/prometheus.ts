/** A series with its value at a time. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch seconds. */
  readonly at: number;
}

/** A series with its values: pairs of epoch seconds and value. */
export interface Range {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, number])[];
}

export interface Metadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

export interface Prometheus {
  /** An instant query. @param at epoch seconds; default now. @throws where Prometheus finds fault with the query. */
  query(query: string, at?: number): Promise<readonly Sample[]>;
  /** Every sample as it came: the query must be a range vector, such as `metric[10m]`. */
  samples(query: string, at?: number): Promise<readonly Range[]>;
  /** Label sets by selector. */
  series(selector: string): Promise<readonly Readonly<Record<string, string>>[]>;
  /** Of each metric of the TSDB, as it was pushed or scraped. */
  metadata(): Promise<Readonly<Record<string, readonly Metadata[]>>>;
  /** The values of a label. */
  values(label: string): Promise<readonly string[]>;
  /** The sum of a selector by a label. */
  sums(selector: string, by: string): Promise<Readonly<Record<string, number>>>;
}

interface Answer<Data> {
  readonly status: string;
  readonly data: Data;
  readonly error?: string;
}

interface Result {
  readonly resultType: string;
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [number, string];
    readonly values: readonly (readonly [number, string])[];
  }[];
}

export function prometheusAt(url: string): Prometheus {
  const get = async <Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> => {
    const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(parameters) });
    return answered<Data>(response, `${path} ${JSON.stringify(parameters)}`);
  };
  const read = async <Data>(path: string): Promise<Data> => answered<Data>(await fetch(`${url}/api/v1/${path}`), path);
  const asked = (query: string, at?: number): Promise<Result> =>
    get<Result>('query', { query, ...(at !== undefined && { time: String(at) }) });
  const query = async (text: string, at?: number): Promise<readonly Sample[]> => {
    const { result } = await asked(text, at);
    return result.map(({ metric, value: [time, value] }) => ({ labels: metric, value: Number(value), at: time }));
  };
  return {
    query,
    async samples(text, at) {
      const { result } = await asked(text, at);
      return result.map(({ metric, values }) => ({
        labels: metric,
        values: values.map(([time, value]) => [time, Number(value)] as const),
      }));
    },
    series: (selector) => get('series', { 'match[]': selector }),
    metadata: () => read('metadata'),
    values: (label) => read(`label/${label}/values`),
    async sums(selector, by) {
      const found = await query(`sum by (${by}) (${selector})`);
      return Object.fromEntries(found.map(({ labels, value }) => [labels[by] ?? '', value]));
    },
  };
}

async function answered<Data>(response: Response, asked: string): Promise<Data> {
  const { status, data, error } = (await response.json()) as Answer<Data>;
  if (status !== 'success') throw new Error(`Prometheus: ${error ?? response.status} (${asked})`);
  return data;
}
