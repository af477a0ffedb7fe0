import { anything, flag, list, map, number, oneOf, pattern, type Schema, shape, text, whole } from './json-schema.ts';

/**
 * Flagger's resources, as its documentation has them (https://docs.flagger.app/usage/metrics and /usage/webhooks, version 1.41): no package has its
 * schemas. Of a Canary, what is used here.
 */
const duration = pattern(/^\d+(\.\d+)?(ms|s|m|h)$/);
const metadata = shape(
  { name: pattern(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/) },
  { namespace: text, labels: map(text), annotations: map(text) },
);

const PROVIDERS = [
  'prometheus',
  'influxdb',
  'datadog',
  'stackdriver',
  'cloudwatch',
  'newrelic',
  'graphite',
  'dynatrace',
  'keptn',
  'splunk',
] as const;

const metricTemplate = shape({
  apiVersion: oneOf('flagger.app/v1beta1'),
  kind: oneOf('MetricTemplate'),
  metadata,
  spec: shape({
    provider: shape(
      { type: oneOf(...PROVIDERS) },
      {
        address: pattern(/^https?:\/\//),
        secretRef: shape({ name: text }),
        region: text,
        insecureSkipVerify: flag,
        headers: map(list(text)),
      },
    ),
    query: text,
  }),
});

const WEBHOOKS = [
  'confirm-rollout',
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'post-rollout',
  'rollback',
  'event',
] as const;

const metric = shape(
  { name: text },
  {
    interval: duration,
    thresholdRange: { ...shape({}, { min: number, max: number }), minProperties: 1 },
    templateRef: shape({ name: text }, { namespace: text }),
    templateVariables: map(text),
  },
);

const canary = shape({
  apiVersion: oneOf('flagger.app/v1beta1'),
  kind: oneOf('Canary'),
  metadata,
  spec: shape(
    {
      targetRef: shape({ apiVersion: text, kind: text, name: text }),
      service: shape(
        { port: whole },
        { name: text, targetPort: anything, portName: text, gateways: list(text), hosts: list(text) },
      ),
      analysis: shape(
        { interval: duration, threshold: whole },
        {
          maxWeight: whole,
          stepWeight: whole,
          iterations: whole,
          metrics: list(metric),
          webhooks: list(
            shape(
              { name: text, url: pattern(/^https?:\/\//) },
              {
                type: oneOf(...WEBHOOKS),
                timeout: duration,
                metadata: map(text),
                muteAlert: flag,
                disableTLS: flag,
                retries: whole,
              },
            ),
          ),
        },
      ),
    },
    { provider: text, progressDeadlineSeconds: whole, skipAnalysis: flag, suspend: flag },
  ),
});

export const FLAGGER: Readonly<Record<string, Schema>> = {
  'flagger.app/v1beta1 MetricTemplate': metricTemplate,
  'flagger.app/v1beta1 Canary': canary,
};
