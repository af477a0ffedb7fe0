import { METRICS as ledger } from '../../packages/evaluator/src/emit/descriptions.js';
import { prometheusName } from '../../packages/evaluator/src/emit/prometheus-text.js';
import { type MetricDescription, METRICS as service } from '../../packages/instrumentation/src/metric-descriptions.js';
import { DROP_REASONS } from '../../packages/instrumentation/src/trial/funnel.js';

/** Values of an attribute that a table's cell can hold. */
const MOST_IN_A_CELL = 8;

/** The generated part of docs/telemetry.md: what the instruments are made of. */
export function metricTables(): string {
  return [
    '### From the service',
    'By the meter provider of the service, each process for itself.',
    table(service),
    '### From the ledger',
    'By the evaluator that holds the lease, with `service.instance.id` constant and counters since the experiment began: any replica and any restart\ngives the same numbers.',
    table(ledger),
    '### Sets that are long',
    long([...service, ...ledger]),
  ].join('\n\n');
}

function table(metrics: readonly MetricDescription[]): string {
  const rows = metrics.map((metric) => {
    const { name, kind, unit, attributes, help, remark } = metric;
    const sets = Object.entries(attributes).map(([attribute, values]) => `\`${attribute}\`${valuesIn(values)}`);
    const cells = [
      `\`${name}\``,
      `\`${inPrometheus(metric)}\``,
      [kind, ...(unit === '' ? [] : [`\`${unit}\``])].join(', '),
      sets.join(', '),
      remark === undefined ? help : `${help.replace(/\.$/, '')} (${remark})`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| metric | in Prometheus | kind, unit | attributes | |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** The conventions' own have units that become suffixes. */
function inPrometheus(metric: MetricDescription): string {
  const name = prometheusName(metric);
  return metric.unit === 's' && !metric.name.endsWith('.seconds') ? `${name}_seconds` : name;
}

function valuesIn(values: readonly string[] | null): string {
  if (values === null) return '';
  return values.length > MOST_IN_A_CELL ? ' (below)' : ` (${values.map((value) => `\`${value}\``).join(', ')})`;
}

function long(metrics: readonly MetricDescription[]): string {
  const sets = metrics.flatMap(({ name, attributes }) =>
    Object.entries(attributes).flatMap(([attribute, values]) =>
      values === null || values.length <= MOST_IN_A_CELL ? [] : [{ name, attribute, values }],
    ),
  );
  const unique = sets.filter((one, at) => sets.findIndex(({ values }) => values.join() === one.values.join()) === at);
  return unique
    .map(({ name, attribute, values }) => {
      const listed = values.map((value) => {
        const loss =
          Object.hasOwn(DROP_REASONS, value) && name.endsWith('.dropped')
            ? DROP_REASONS[value as keyof typeof DROP_REASONS]
            : null;
        return loss === null ? `\`${value}\`` : `\`${value}\` (${loss.meaning})`;
      });
      return `\`${attribute}\` of \`${name}\`: ${listed.join(name.endsWith('.dropped') ? '; ' : ', ')}.`;
    })
    .join('\n\n');
}
