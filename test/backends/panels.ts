import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A query of a panel, as the built dashboard has it: with Grafana's variables still in it. */
export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly refId: string;
  readonly expr: string;
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const FOLDER = join(import.meta.dirname, '../../deploy/grafana/dashboards');

/** The dashboards as they are shipped. */
export const dashboards: readonly Dashboard[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Dashboard);

/** Every query of every panel, and of the marks on all of them. */
export const panelQueries: readonly PanelQuery[] = dashboards.flatMap(({ title: dashboard, panels, annotations }) => [
  ...panels.flatMap(({ title: panel, targets = [] }) =>
    targets.map(({ refId, expr }) => ({ dashboard, panel, refId, expr })),
  ),
  ...annotations.list.map(({ name: panel, expr }) => ({ dashboard, panel, refId: 'mark', expr })),
]);

/** The variables that choose by the values of a label, as selector and label. */
export const choices: readonly { readonly name: string; readonly selector: string; readonly label: string }[] =
  dashboards.flatMap(({ templating }) =>
    templating.list.flatMap(({ name, definition = '' }) => {
      const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
      return selector === undefined || label === undefined ? [] : [{ name, selector, label }];
    }),
  );

/** What stands in the place of Grafana's variables. Times as Prometheus has them, such as `10s`. */
export interface Chosen {
  readonly experiment: string;
  readonly gate: string;
  readonly rateInterval: string;
  readonly range: string;
}

/** The query as Grafana would send it, with all arms and segments. @throws where a variable is left. */
export function filledIn(expr: string, { experiment, gate, rateInterval, range }: Chosen): string {
  const filled = expr
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', range)
    .replaceAll('$experiment', experiment)
    .replaceAll('$gate', gate)
    .replaceAll(/\$(?:arm|segment)\b/g, '.*');
  if (filled.includes('$')) throw new Error(`a variable is left in ${filled}`);
  return filled;
}

/** Values of each series over time, asked of Prometheus itself or through a data source of Grafana. */
export interface Asked {
  /** Up to `/api/v1/...`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

const STEP_S = 1;

/** All numbers of all series, second by second. @throws where there is a fault in the query. */
export async function numbersOf(query: string, { url, headers, from, to }: Asked): Promise<readonly number[]> {
  const body = new URLSearchParams({ query, start: String(from), end: String(to), step: String(STEP_S) });
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body, headers });
  const { status, error, data } = (await response.json()) as Answer;
  if (status !== 'success') throw new Error(`${error ?? response.status}: ${query}`);
  return data.result.flatMap((series) => series.values.map(([, value]) => Number(value)));
}
