import { readFileSync } from 'node:fs';
import type { DashboardLink, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { parser } from '@grafana/lezer-traceql';
import { describe, expect, it } from 'vitest';
import { REASONS_OF_RUNS } from '../../packages/evaluator/src/decide/reasons.js';
import { STATES } from '../../packages/evaluator/src/decide/verdict.js';
import * as evaluator from '../../packages/evaluator/src/semconv.js';
import * as instrumentation from '../../packages/instrumentation/src/semconv.js';
import { built } from './built.ts';
import { DASHBOARDS, DOCS } from './links.ts';
import { STATE_CODES } from './promql.ts';
import { REASON_WORDS } from './reason-words.ts';

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly links: readonly DashboardLink[];
}
const dashboards = built().map(({ file: name, text }) => ({ name, text, dashboard: JSON.parse(text) as Dashboard }));
const panels = dashboards.flatMap(({ name, dashboard }) =>
  dashboard.panels.flatMap((panel) => (panel.type === 'row' ? [] : [{ name, panel }])),
);
const linksOf = (panel: Panel): readonly { readonly title: string; readonly url: string }[] => [
  ...((panel.fieldConfig?.defaults.links ?? []) as { title: string; url: string }[]),
  ...((panel.links ?? []) as { title: string; url: string }[]),
];
const links = panels.flatMap(({ panel }) => linksOf(panel));

it.each(dashboards)('deploy/grafana/dashboards/$name is as built (npm run dashboards)', ({ name, text }) => {
  expect(file(`deploy/grafana/dashboards/${name}`)).toBe(text);
});

describe.each(panels)('$panel.title, of $name', ({ panel }) => {
  it('says how it is read, in which unit, and what it is where nothing is known', () => {
    const { title = '', description = '' } = panel;
    expect(title).not.toBe('');
    expect(description.length).toBeGreaterThan(60);
    expect(panel.fieldConfig?.defaults).toMatchObject({ unit: expect.any(String), noValue: expect.any(String) });
  });

  it('asks for metrics that there are', () => {
    const names = (panel.targets as Dataquery[]).flatMap(
      ({ expr }) => expr.match(/\b(?:understudy|gen_ai_client)_[a-z_]+/g) ?? [],
    );
    const known = [...Object.values(evaluator), ...Object.values(instrumentation)].flatMap((value) => {
      const name = value.replaceAll('.', '_');
      return [name, `${name}_total`, ...['bucket', 'sum', 'count'].map((part) => `${name}_${part}`)];
    });
    const conventions = ['bucket', 'count'].map((part) => `gen_ai_client_operation_duration_seconds_${part}`);
    for (const name of names) expect([...known, ...conventions]).toContain(name);
  });
});

it('the dashboards lead to each other, and to anchors of the runbook that there are', () => {
  const to = dashboards.flatMap(({ dashboard }) => dashboard.links.map(({ url }) => url ?? ''));
  for (const { uid } of Object.values(DASHBOARDS))
    expect(to.filter((url) => url.startsWith(`/d/${uid}?`))).toHaveLength(2);
  const anchors = new Set(
    [...file('docs/runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchorOf(title)),
  );
  const runbooks = links.filter(({ url }) => url.startsWith(DOCS));
  expect(runbooks.length).toBeGreaterThan(10);
  for (const { url } of runbooks) expect(anchors).toContain(url.split('#')[1]);
});

it('each link to Tempo is a search that TraceQL can be, for spans of one experiment', () => {
  const searches = links.filter(({ title }) => title.endsWith('(Tempo)'));
  expect(searches.length).toBeGreaterThan(10);
  for (const { url } of searches) {
    const { query } = queryOf(url);
    expect(query).toContain(`span.understudy.experiment = "\${experiment}"`);
    const tree = parser.parse(query ?? '');
    tree.iterate({ enter: ({ type }) => expect(type.isError, query).toBe(false) });
  }
});

it('each link to Jaeger searches for the same', () => {
  const searches = links.filter(({ title }) => title.endsWith('(Jaeger)'));
  expect(searches.length).toBe(links.filter(({ title }) => title.endsWith('(Tempo)')).length);
  for (const { url } of searches) expect(queryOf(url).tags).toMatch(/^understudy\.experiment="\$\{experiment}"/);
});

it('has words for each state and each reason of a verdict', () => {
  expect(Object.keys(STATE_CODES).toSorted()).toEqual([...STATES].toSorted());
  expect(Object.keys(REASON_WORDS).toSorted()).toEqual([...REASONS_OF_RUNS].toSorted());
});

function queryOf(url: string): { readonly query?: string; readonly tags?: string } {
  const panes = /panes=(.*)$/.exec(url)?.[1] ?? '';
  const { pairs } = JSON.parse(decodeURIComponent(panes)) as {
    pairs: { queries: [{ query?: string; tags?: string }] };
  };
  return pairs.queries[0];
}

/** As GitHub makes them. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(/\s/g, '-');
}
