import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as evaluator from '../../packages/evaluator/src/semconv.js';
import * as instrumentation from '../../packages/instrumentation/src/semconv.js';
import { DROP_REASONS } from '../../packages/instrumentation/src/trial/funnel.js';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Case {
  readonly alert_rule_test?: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly { readonly exp_annotations: Readonly<Record<string, string>> }[];
  }[];
}

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const text = file('deploy/prometheus/understudy.rules.yaml');
const rules = (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const alerts = rules.flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
const cases = (parse(file('deploy/prometheus/rules.test.yaml')) as { tests: Case[] }).tests.flatMap(
  (one) => one.alert_rule_test ?? [],
);
const pages = ['runbook', 'dashboards'].map((name) => ({ name, text: file(`docs/${name}.md`) }));
const anchorsOf = (page: string): readonly string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(/\s/g, '-'),
  );
const runbook = anchorsOf(file('docs/runbook.md'));

describe.each(alerts)('$alert', ({ alert, labels, annotations = {} }) => {
  it('has an entry of its name in the runbook, and says how bad it is and what to do', () => {
    const name = alert
      .replace('Understudy', '')
      .replaceAll(/\B[A-Z]/g, (letter) => `-${letter}`)
      .toLowerCase();
    expect(annotations['runbook_url']).toBe(`https://understudy.example/docs/runbook.md#${name}`);
    expect(runbook).toContain(name);
    expect(['critical', 'warning', 'info']).toContain(labels?.['severity']);
    expect(annotations['description']?.length).toBeGreaterThan(40);
  });

  it('has a case in which it fires and one in which it does not, and says numbers or names where it fires', () => {
    const own = cases.filter(({ alertname }) => alertname === alert);
    expect(own.filter((one) => one.exp_alerts.length === 0)).not.toEqual([]);
    const firing = own.flatMap((one) => one.exp_alerts);
    expect(firing).not.toEqual([]);
    for (const { exp_annotations: said } of firing) {
      expect(said['summary']).not.toMatch(/<no value>|NaN|\{\{/);
      if (alert !== 'UnderstudyInvalid') expect(said['summary']).toMatch(/\d|unknown/);
    }
  });
});

it.each(['admitted', 'refused', 'lost'])('%s of six hours is counted as of half an hour', (what) => {
  const of = (span: string): string =>
    rules.find(({ record }) => record === `understudy:${what}:increase${span}`)?.expr.replaceAll(span, 'SPAN') ?? span;
  expect(of('6h')).toBe(of('30m'));
});

it('each recording is used by an alert, or by a recording that is', () => {
  const recorded = rules.flatMap(({ record }) => record ?? []);
  const isUsed = (name: string): boolean =>
    rules.some(
      ({ alert, record, expr }) =>
        expr.includes(name) && (alert !== undefined || (record !== undefined && record !== name && isUsed(record))),
    );
  expect(recorded.filter((record) => !isUsed(record))).toEqual([]);
});

it('the rules ask for metrics that there are', () => {
  const names = new Set([...text.matchAll(/\bunderstudy_[a-z_]+/g)].map(([name]) => name));
  const known = [...Object.values(evaluator), ...Object.values(instrumentation)].flatMap((value) => {
    const name = value.replaceAll('.', '_');
    return [name, `${name}_total`, `${name}_bucket`, `${name}_count`];
  });
  for (const name of names) expect(known).toContain(name);
});

it.each(['coverage', 'missing'] as const)('the reasons of a loss of kind %s are those of the funnel', (kind) => {
  const record = kind === 'coverage' ? 'understudy:refused:increase30m' : 'understudy:lost:increase30m';
  const { expr = '' } = rules.find((rule) => rule.record === record) ?? {};
  const [, listed = ''] = /reason=~"([^"]+)"/.exec(expr) ?? [];
  const meant = Object.entries(DROP_REASONS).flatMap(([reason, loss]) => (loss.kind === kind ? [reason] : []));
  expect(listed.split('|').toSorted()).toEqual(meant.toSorted());
});

it.each([
  ['understudy:refused:increase30m', 'Coverage low'],
  ['understudy:lost:increase30m', 'Losing pairs'],
])('each reason in %s has its word in the entry %s', (record, title) => {
  const { expr = '' } = rules.find((rule) => rule.record === record) ?? {};
  const reasons = [...expr.matchAll(/reason=~"([^"]+)"/g)].flatMap(([, listed = '']) => listed.split('|'));
  const [, entry = ''] = file('docs/runbook.md').split(`### ${title}\n`);
  const own = entry.split('\n### ')[0] ?? '';
  expect(reasons.length).toBeGreaterThan(5);
  expect(reasons.filter((reason) => !own.includes(`\`${reason}\``))).toEqual([]);
});

it.each(pages)('the links of $name lead somewhere', ({ name, text: page }) => {
  const links = [...page.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    const [path = '', anchor] = link.split('#');
    const target = file(path === '' ? `docs/${name}.md` : `docs/${path}`);
    if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
  }
});

it('the runbook names commands and panels that there are', () => {
  const commands = readFileSync(
    new URL('../../packages/evaluator/src/cli/commands/running.ts', import.meta.url),
    'utf8',
  );
  expect(commands).toContain("'control'");
  const titles = ['verdict', 'calls', 'shadowing'].flatMap((name) => {
    const json = JSON.parse(file(`deploy/grafana/dashboards/understudy-${name}.json`)) as {
      title: string;
      panels: { title: string }[];
    };
    return [json.title, ...json.panels.map(({ title }) => title)];
  });
  const meant = [...file('docs/runbook.md').matchAll(/\*([A-Z][^*]+[^*.])\*(?!\*)/g)].map(([, title = '']) => title);
  expect(meant.length).toBeGreaterThan(10);
  for (const title of meant)
    expect(
      titles.some((each) => each.startsWith(title)),
      title,
    ).toBe(true);
});
