import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkFile } from './check-file.ts';
import { watch } from './unread.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** A file as it is shipped, one mistake in it, and what is said of that. */
const MISTAKES: readonly (readonly [path: string, from: string, to: string, said: RegExp])[] = [
  ['examples/service/understudy.yaml', 'noise: { rate: 0.5 }', 'noise: { rate: 5 }', /noise\.rate/],
  ['deploy/understudy.yaml', 'sample:', 'sampel:', /sampel/],
  ['deploy/kubernetes/understudy.yaml', 'experiments:', 'experiment:', /experiment/],
  ['packages/evaluator/src/rubrics/helpfulness.yaml', 'criteria:', 'criterions:', /criteri/],
  ['deploy/compose.yaml', 'healthcheck:', 'healtcheck:', /additional properties: healtcheck/],
  ['deploy/compose.yaml', 'condition: service_healthy', 'condition: healthy', /service_started/],
  ['deploy/compose.yaml', 'redis:7.4.5-bookworm', 'redis:latest', /has no version: redis:latest/],
  ['deploy/compose.yaml', '${GRAFANA_PASSWORD:?', 'hunter2 #', /GRAFANA|GF_SECURITY_ADMIN_PASSWORD.*written out/],
  ['deploy/kubernetes/deployment.yaml', 'replicas: 2', 'replicas: two', /replicas must be integer/],
  ['deploy/kubernetes/deployment.yaml', 'livenessProbe:', 'livenesProbe:', /containers\/0\/livenesProbe is no name/],
  ['deploy/kubernetes/deployment.yaml', 'drop: [ALL]', 'dropped: [ALL]', /capabilities\/dropped is no name/],
  ['deploy/kubernetes/deployment.yaml', 'strategy:', 'stategy:', /\/spec\/stategy is no name/],
  ['deploy/kubernetes/deployment.yaml', 'metadata:', 'metdata:', /metdata is no name/],
  ['deploy/kubernetes/service.yaml', 'port: 8181', 'prot: 8181', /port/],
  [
    'deploy/kubernetes/service-account.yaml',
    'automountServiceAccountToken: false',
    'automountServiceAccountToken: no way',
    /boolean/,
  ],
  ['deploy/kubernetes/pod-disruption-budget.yaml', 'minAvailable', 'minAvailble', /minAvailble is no name/],
  [
    'deploy/kubernetes/pod-disruption-budget.yaml',
    'kind: PodDisruptionBudget',
    'kind: Budget',
    /no schema for policy\/v1 Budget/,
  ],
  ['deploy/kubernetes/network-policy.yaml', 'policyTypes: [Ingress]', 'policyTypes: Ingress', /array/],
  ['deploy/kubernetes-scraped/service-monitor.yaml', 'interval: 15s', 'intervall: 15s', /intervall is no name/],
  ['deploy/kubernetes-scraped/kustomization.yaml', 'patches:', 'patch:', /additional properties: patch/],
  ['deploy/kubernetes/kustomization.yaml', 'resources:', 'resource:', /additional properties: resource/],
  [
    'deploy/argo/analysis-template.yaml',
    'successCondition',
    'succesCondition',
    /metrics\/0\/succesCondition is no name/,
  ],
  ['deploy/argo/analysis-template.yaml', 'timeoutSeconds: 20', 'timeoutSeconds: 20s', /integer/],
  ['deploy/argo/analysis-template.yaml', '    - name: verdict\n', '    - called: verdict\n', /name/],
  ['deploy/argo/rollout-steps.yaml', 'setWeight', 'setweight', /setweight is no name/],
  ['deploy/flagger/canary.yaml', 'confirm-promotion\n', 'confirm\n', /confirm-promotion/],
  ['deploy/flagger/canary.yaml', 'timeout: 15s', 'timeout: 15', /timeout/],
  ['deploy/flagger/metric-template.yaml', 'type: prometheus', 'type: promtheus', /prometheus/],
  ['deploy/flagger/metric-template.yaml', 'query:', 'qeury:', /qeury/],
  [
    'deploy/collector/collector.yaml',
    'processors: [memory_limiter, batch]',
    'processors: [limiter, batch]',
    /names limiter/,
  ],
  ['deploy/collector/jaeger.yaml', 'extensions: [jaeger_storage', 'extensions: [jaeger_store', /names jaeger_store/],
  ['deploy/collector/tempo.yaml', 'pipelines:', 'pipeline:', /pipeline/],
  ['deploy/tempo/tempo.yaml', 'block_retention: 168h', 'block_retention: 168', /block_retention/],
  ['deploy/prometheus/prometheus.yaml', 'UnderscoreEscapingWithSuffixes', 'Underscores', /translation_strategy/],
  ['deploy/prometheus/understudy.rules.yaml', 'expr:', 'query:', /groups/],
  ['deploy/prometheus/rules.test.yaml', 'eval_time: 5m', 'eval_time: 5 min', /eval_time/],
  ['deploy/alertmanager/alertmanager.yaml', 'severity="critical"', 'severity: critical', /matchers/],
  ['deploy/grafana/provisioning/datasources/understudy.yaml', 'access: proxy', 'acess: proxy', /acess/],
  ['deploy/grafana/provisioning/dashboards/understudy.yaml', 'path:', 'pth:', /path/],
];

describe('checkFile', () => {
  it.each(MISTAKES)('finds in %s what was %j and is %j', (path, from, to, said) => {
    const shipped = read(path);
    expect(checkFile(path, shipped)).toEqual([]);
    expect(shipped).toContain(from);
    const failures = checkFile(
      path,
      shipped.replace(from, () => to),
    );
    expect(failures.map(({ at, message }) => `${at} ${message}`).join('\n')).toMatch(said);
  });

  it('knows no file without a schema, and none that is no YAML', () => {
    expect(checkFile('deploy/other.yaml', 'a: 1')).toMatchObject([
      { message: expect.stringContaining('no schema is known') },
    ]);
    expect(checkFile('deploy/compose.yaml', 'a: [')).not.toEqual([]);
    expect(checkFile('deploy/compose.yaml', 'services: {}\nservices: {}\n')).toMatchObject([{ message: /unique/ }]);
    expect(checkFile('deploy/compose.yaml', '')).not.toEqual([]);
  });
});

describe('watch', () => {
  it('names what nobody has read, and takes maps that were enumerated as known', () => {
    const { value, unread } = watch({ a: { b: 1, c: [{ d: 1 }] }, map: { x: 1 }, odd: 1 });
    const read = value as { a: { b: number; c: readonly { d: number }[] }; map: object };
    expect([read.a.b, read.a.c.map((one) => Object.hasOwn(one, 'd')), Object.keys(read.map)]).toEqual([
      1,
      [true],
      ['x'],
    ]);
    expect(unread()).toEqual(['/odd', '/a/c/0/d']);
  });
});
