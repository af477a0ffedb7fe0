import {
  anything,
  either,
  flag,
  list,
  map,
  number,
  oneOf,
  pattern,
  type Schema,
  shape,
  text,
  validatorOf,
  whole,
} from './json-schema.ts';
import type { Failure, Validator } from './failure.ts';

/**
 * The files of the servers beside us, by their documentation: what of it is used here, and no other name. No package has their schemas; where the
 * servers themselves are, they have the last word (`jaeger validate`, `promtool check config`, `amtool check-config`).
 */
const span = pattern(/^(?:-?\d+(?:ms|[smhdwy]))+$/);
const endpoint = shape({ endpoint: text });
const component = either({ type: 'object' }, { type: 'null' });

// https://opentelemetry.io/docs/collector/configuration/
const pipeline = shape({ exporters: list(text, 1) }, { receivers: list(text, 1), processors: list(text) });
const collector = shape(
  {
    service: shape(
      { pipelines: { ...map(pipeline), propertyNames: { pattern: '^(traces|metrics|logs)(/.+)?$' } } },
      {
        extensions: list(text),
        telemetry: shape({}, { metrics: shape({ level: text }), logs: shape({ level: text }) }),
      },
    ),
  },
  {
    extensions: map(component),
    receivers: map(shape({ protocols: shape({}, { http: endpoint, grpc: endpoint }) })),
    processors: map(component),
    exporters: map(component),
  },
);

/** A configuration of the Collector; one that is laid over another may name what that one has. */
export const validateCollector = (over: boolean): Validator => {
  const bySchema = validatorOf(collector);
  return (document) => {
    const failures = bySchema(document);
    return failures.length > 0 || over ? failures : unknownComponents(document as Collector);
  };
};

type Kind = 'receivers' | 'processors' | 'exporters';
type Pipelines = Readonly<Record<string, Partial<Readonly<Record<Kind, readonly string[]>>>>>;
interface Collector extends Partial<Readonly<Record<Kind | 'extensions', object>>> {
  readonly service: { readonly pipelines: Pipelines; readonly extensions?: readonly string[] };
}

function unknownComponents(of: Collector): readonly Failure[] {
  const missing = (kind: Kind | 'extensions', names: readonly string[] | undefined, at: string): readonly Failure[] =>
    (names ?? [])
      .filter((name) => !Object.hasOwn(of[kind] ?? {}, name))
      .map((name) => ({ at, message: `names ${name}, which ${kind} does not have` }));
  const kinds: readonly Kind[] = ['receivers', 'processors', 'exporters'];
  return [
    ...missing('extensions', of.service.extensions, '/service/extensions'),
    ...Object.entries(of.service.pipelines).flatMap(([name, pipe]) =>
      kinds.flatMap((kind) => missing(kind, pipe[kind], `/service/pipelines/${name}`)),
    ),
  ];
}

// https://grafana.com/docs/tempo/latest/configuration/
export const TEMPO: Schema = shape(
  {
    server: shape({ http_listen_port: whole }, { http_listen_address: text, grpc_listen_port: whole, log_level: text }),
    distributor: shape({
      receivers: shape({ otlp: shape({ protocols: shape({}, { http: endpoint, grpc: endpoint }) }) }),
    }),
    storage: shape({
      trace: shape(
        { backend: oneOf('local', 's3', 'gcs', 'azure') },
        { wal: shape({ path: text }), local: shape({ path: text }) },
      ),
    }),
  },
  {
    compactor: shape({ compaction: shape({}, { block_retention: span, compaction_window: span }) }),
    usage_report: shape({ reporting_enabled: flag }),
  },
);

// https://prometheus.io/docs/prometheus/latest/configuration/configuration/
const targets = list(shape({ targets: list(text, 1) }, { labels: map(text) }), 1);
export const PROMETHEUS: Schema = shape(
  {},
  {
    global: shape(
      {},
      { scrape_interval: span, scrape_timeout: span, evaluation_interval: span, external_labels: map(text) },
    ),
    rule_files: list(text),
    alerting: shape({
      alertmanagers: list(shape({ static_configs: targets }, { path_prefix: text, scheme: oneOf('http', 'https') })),
    }),
    otlp: shape(
      {},
      {
        translation_strategy: oneOf('UnderscoreEscapingWithSuffixes', 'NoUTF8EscapingWithSuffixes', 'NoTranslation'),
        promote_resource_attributes: list(text),
      },
    ),
    storage: shape({ tsdb: shape({ out_of_order_time_window: span }) }),
    scrape_configs: list(
      shape({ job_name: text }, { static_configs: targets, scrape_interval: span, metrics_path: text }),
    ),
  },
);

// https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ and alerting_rules/
const recording = shape({ record: pattern(/^[a-zA-Z_:][\w:]*$/), expr: text }, { labels: map(text) });
const alerting = shape(
  { alert: pattern(/^[A-Z]\w*$/), expr: text },
  { for: span, keep_firing_for: span, labels: map(text), annotations: map(text) },
);
export const RULES: Schema = shape({
  groups: list(shape({ name: text, rules: list(either(recording, alerting), 1) }, { interval: span, limit: whole })),
});

// https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
const expectedAlert = shape({}, { exp_labels: map(text), exp_annotations: map(text) });
export const RULE_TESTS: Schema = shape(
  {
    rule_files: list(text, 1),
    tests: list(
      shape(
        { input_series: list(shape({ series: text, values: either(text, number) })) },
        {
          name: text,
          interval: span,
          alert_rule_test: list(
            shape({ eval_time: either(span, oneOf(0)), alertname: text }, { exp_alerts: list(expectedAlert) }),
          ),
          promql_expr_test: list(
            shape(
              { expr: text, eval_time: either(span, oneOf(0)) },
              { exp_samples: list(shape({ value: either(number, text) }, { labels: text })) },
            ),
          ),
          external_labels: map(text),
        },
      ),
      1,
    ),
  },
  { evaluation_interval: span, group_eval_order: list(text), fuzzy_compare: flag },
);

// https://prometheus.io/docs/alerting/latest/configuration/
const timing = { group_by: list(text), group_wait: span, group_interval: span, repeat_interval: span };
const matchers = list(pattern(/^\w+\s*(?:=|!=|=~|!~)\s*".*"$/), 1);
const route = shape({}, { ...timing, receiver: text, matchers, continue: flag, routes: list(anything) });
const webhook = shape({}, { url: pattern(/^https?:\/\//), url_file: text, send_resolved: flag, max_alerts: whole });
export const ALERTMANAGER: Schema = shape(
  {
    route: shape({ receiver: text }, { ...timing, routes: list(route) }),
    receivers: list(
      shape(
        { name: text },
        { webhook_configs: list(webhook), slack_configs: list(anything), pagerduty_configs: list(anything) },
      ),
      1,
    ),
  },
  {
    global: shape({}, { resolve_timeout: span }),
    inhibit_rules: list(shape({ source_matchers: matchers, target_matchers: matchers }, { equal: list(text) })),
    templates: list(text),
  },
);

// https://grafana.com/docs/grafana/latest/administration/provisioning/
export const GRAFANA_DATASOURCES: Schema = shape({
  apiVersion: oneOf(1),
  datasources: list(
    shape(
      { name: text, type: oneOf('prometheus', 'tempo', 'jaeger'), url: pattern(/^https?:\/\//) },
      { uid: text, access: oneOf('proxy', 'direct'), isDefault: flag, editable: flag, jsonData: { type: 'object' } },
    ),
    1,
  ),
});
export const GRAFANA_DASHBOARDS: Schema = shape({
  apiVersion: oneOf(1),
  providers: list(
    shape(
      { name: text, type: oneOf('file'), options: shape({ path: text }, { foldersFromFilesStructure: flag }) },
      {
        orgId: whole,
        folder: text,
        folderUid: text,
        allowUiUpdates: flag,
        disableDeletion: flag,
        updateIntervalSeconds: whole,
      },
    ),
    1,
  ),
});

// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
export const KUSTOMIZATION: Schema = shape(
  { apiVersion: oneOf('kustomize.config.k8s.io/v1beta1'), kind: oneOf('Kustomization') },
  {
    namespace: text,
    resources: list(text),
    labels: list(shape({ pairs: map(text) }, { includeSelectors: flag, includeTemplates: flag })),
    configMapGenerator: list(shape({ name: text, files: list(text, 1) })),
    patches: list(shape({ patch: text }, { target: shape({ kind: text }, { name: text }) })),
    images: list(shape({ name: text }, { newName: text, newTag: text, digest: text })),
  },
);
