import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DashboardLinkBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { runbookLink } from './links.ts';
import { PROMETHEUS } from './variables.ts';

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** What every panel says of itself. */
export interface Shown {
  readonly title: string;
  /** How to read it, and what to do; in plain words. */
  readonly description: string;
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Of the 24 columns. */
  readonly width: number;
  readonly height?: number;
  /** What stands there where nothing is known. */
  readonly noValue?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly mappings?: readonly ValueMapping[];
  /** Colours from a value on; the first is for all below. */
  readonly thresholds?: readonly (readonly [from: number | null, color: string])[];
  /** An anchor of docs/runbook.md. */
  readonly runbook?: string;
  readonly dataLinks?: readonly DashboardLinkBuilder[];
}

export interface Lines extends Shown {
  /** Areas on top of each other. */
  readonly stacked?: boolean;
  /** Series by a pattern of their names: an interval's bounds, a limit. */
  readonly styles?: readonly { readonly name: string; readonly style: 'limit' | 'bound' }[];
  /** One panel for each value of the variable. */
  readonly repeat?: string;
}

export type AnyPanel = Stat | StateTimeline | TimeSeries | Table | BarGauge;

/** One number, or one for each arm, as it stands. */
export function stat(shown: Shown): Stat {
  const coloured = shown.thresholds !== undefined || shown.mappings !== undefined;
  return described(new Stat(), shown, { instant: true })
    .colorMode(coloured ? BigValueColorMode.Background : BigValueColorMode.None)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.ValueAndName)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

/** States over time, in words and colours. */
export function timeline(shown: Shown): StateTimeline {
  return described(new StateTimeline(), shown, { instant: false })
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .rowHeight(0.85)
    .fillOpacity(80)
    .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.Hidden));
}

/** Bars of numbers as they stand. `buckets`: those of a histogram, each without those below it. */
export function bars(shown: Shown & { readonly buckets?: boolean }): BarGauge {
  const format = shown.buckets === true ? PromQueryFormat.Heatmap : PromQueryFormat.TimeSeries;
  return described(new BarGauge(), shown, { instant: true }, format)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

/** Rows of labels as they stand; `columns`: their names, in order. */
export function table(shown: Shown, columns: Readonly<Record<string, string>>): Table {
  const names = Object.keys(columns);
  return described(new Table(), shown, { instant: true }, PromQueryFormat.Table).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true, ...(!names.includes('Value') && { Value: true }) },
      indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
      renameByName: columns,
    },
  });
}

/** Numbers over time. */
export function lines(shown: Lines): TimeSeries {
  const { stacked = false, styles = [], repeat } = shown;
  const panel = described(new TimeSeries(), shown, { instant: false })
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 0)
    .showPoints(VisibilityMode.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (repeat !== undefined) panel.repeat(repeat).repeatDirection('h').maxPerRow(3);
  for (const { name, style } of styles) panel.overrideByRegexp(name, STYLES[style]);
  return panel;
}

const STYLES = {
  limit: [
    { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: 'red' } },
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
  ],
  bound: [
    { id: 'custom.lineStyle', value: { fill: 'dot', dash: [2, 6] } },
    { id: 'custom.showPoints', value: 'never' },
  ],
};

/** A number's words and colours. */
export function words(of: Readonly<Record<string, readonly [text: string, color?: string]>>): ValueMapping {
  return {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(of).map(([value, [text, color]], index) => [
        value,
        { text, index, ...(color !== undefined && { color }) },
      ]),
    ),
  };
}

function described<B extends AnyPanel>(
  builder: B,
  shown: Shown,
  { instant }: { readonly instant: boolean },
  format = PromQueryFormat.TimeSeries,
): B {
  const { title, description, unit, width, height = 8, thresholds, dataLinks, runbook } = shown;
  builder.title(title).description(description).unit(unit).datasource(PROMETHEUS).span(width).height(height);
  builder.noValue(shown.noValue ?? 'none');
  for (const [index, { expr, legend }] of shown.queries.entries()) {
    const query = new DataqueryBuilder()
      .refId(String.fromCodePoint(65 + index))
      .datasource(PROMETHEUS)
      .expr(expr)
      .legendFormat(legend)
      .format(format);
    builder.withTarget(instant ? query.instant() : query.range());
  }
  if (shown.decimals !== undefined) builder.decimals(shown.decimals);
  if (shown.min !== undefined) builder.min(shown.min);
  if (shown.max !== undefined) builder.max(shown.max);
  if (shown.mappings !== undefined) builder.mappings([...shown.mappings]);
  const steps = thresholds ?? [[null, 'text']];
  builder.thresholds(
    new ThresholdsConfigBuilder()
      .mode(ThresholdsMode.Absolute)
      .steps(steps.map(([value, color]) => ({ value, color }))),
  );
  const colors = thresholds === undefined ? FieldColorModeId.PaletteClassic : FieldColorModeId.Thresholds;
  builder.colorScheme(new FieldColorBuilder().mode(colors));
  if (dataLinks !== undefined) builder.dataLinks([...dataLinks]);
  if (runbook !== undefined) builder.links([runbookLink(runbook)]);
  return builder;
}
