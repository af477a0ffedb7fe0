import { setTimeout as sleep } from 'node:timers/promises';
import type { Tag } from './jaeger.js';

/** Tempo's HTTP API, as its documentation has it. */
export interface Tempo {
  /**
   * The spans that a query of TraceQL finds, by their attributes; asked again until two answers agree, since a trace is found some 10 s
   * after it came. @param since epoch ms
   */
  search(query: string, since: number): Promise<readonly (readonly Tag[])[]>;
  /** A trace by its id, as OTLP in JSON. */
  trace(id: string): Promise<unknown>;
}

interface Found {
  readonly traces?: readonly {
    readonly spanSets?: readonly {
      readonly spans: readonly { readonly attributes?: readonly { readonly key: string; readonly value: Value }[] }[];
    }[];
  }[];
}

type Value = Readonly<Record<string, string | number | boolean>>;

const MOST = 5000;
const SETTLES_MS = 5000;
const TRIES = 6;
/** Only what is asked for comes with a span. */
const SELECTED = 'select(span.understudy.call.id, span.understudy.arm, span.understudy.pair.id)';

export function tempoAt(url: string): Tempo {
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}/api/${path}`, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`Tempo: ${response.status} ${await response.text()} (${path})`);
    return await response.json();
  };
  const once = async (query: string, since: number): Promise<readonly (readonly Tag[])[]> => {
    const parameters = new URLSearchParams({
      q: `${query.replace(/ \| select\(.*\)$/, '')} | ${SELECTED}`,
      start: String(Math.floor(since / 1000)),
      end: String(Math.ceil(Date.now() / 1000)),
      limit: String(MOST),
      spss: '100',
    });
    const { traces = [] } = (await get(`search?${parameters.toString()}`)) as Found;
    const spans = traces.flatMap(({ spanSets = [] }) => spanSets.flatMap((set) => set.spans));
    return spans.map(({ attributes = [] }) =>
      attributes.map(({ key, value }) => ({ key, type: 'string', value: Object.values(value)[0] ?? '' })),
    );
  };
  return {
    async search(query, since) {
      let last = await once(query, since);
      for (let tries = 0; tries < TRIES; tries += 1) {
        await sleep(SETTLES_MS);
        const next = await once(query, since);
        if (next.length > 0 && next.length === last.length) return next;
        last = next;
      }
      return last;
    },
    trace: (id) => get(`traces/${id}`),
  };
}
