import {
  ConstantVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The Prometheus that is asked. */
export const PROMETHEUS: { readonly type: string; readonly uid: string } = {
  type: 'prometheus',
  uid: `\${datasource}`,
};

type Variable = DatasourceVariableBuilder | QueryVariableBuilder | ConstantVariableBuilder;

/** What each dashboard lets choose. `metric`: whose label values the arms and the segments are. */
export interface Choices {
  readonly arms: string;
  readonly segments?: { readonly metric: string; readonly all: boolean };
  /** Gates to repeat a panel for: all whose names are not among these. */
  readonly gatesBut?: readonly string[];
}

export function variables({ arms, segments, gatesBut }: Choices): readonly Variable[] {
  return [
    source('datasource', 'Prometheus', 'prometheus', VariableHide.DontHide),
    source('tempo', 'Tempo', 'tempo', VariableHide.HideVariable),
    source('jaeger', 'Jaeger', 'jaeger', VariableHide.HideVariable),
    new ConstantVariableBuilder('evaluator')
      .value('understudy-evaluator')
      .description('The service name of the evaluator, as Jaeger knows it.'),
    values('experiment', 'Experiment', 'label_values(understudy_funnel_total, experiment)').description(
      'One comparison at a time: their numbers have nothing to do with each other.',
    ),
    everyOne('arm', 'Candidate', `label_values(${arms}{experiment="$experiment"}, arm)`).description(
      'The candidates of the experiment; aa is the incumbent asked a second time.',
    ),
    ...(segments === undefined ? [] : [segmentVariable(segments)]),
    ...(gatesBut === undefined ? [] : [gateVariable(gatesBut)]),
  ];
}

function segmentVariable({ metric, all }: NonNullable<Choices['segments']>): QueryVariableBuilder {
  const query = `label_values(${metric}{experiment="$experiment"}, segment)`;
  if (all) return everyOne('segment', 'Segment', query).description('Parts of the traffic, such as routes or tasks.');
  return values('segment', 'Segment', query)
    .multi(true)
    .current({ selected: true, text: ['_all'], value: ['_all'] })
    .description('_all is the whole of the traffic; the others are the critical segments.');
}

function gateVariable(gatesBut: readonly string[]): QueryVariableBuilder {
  return everyOne('gate', 'Gate', `label_values(understudy_estimate{experiment="$experiment"}, metric)`)
    .regex(`/^(?!(?:${gatesBut.join('|')})$).*$/`)
    .hide(VariableHide.HideVariable);
}

function source(name: string, label: string, type: string, hide: VariableHide): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder(name).label(label).type(type).hide(hide);
}

function values(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(PROMETHEUS)
    .query({ qryType: 1, query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

function everyOne(name: string, label: string, query: string): QueryVariableBuilder {
  return values(name, label, query)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
