import { AnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate';
import { Rollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import type { Failure, Validator } from './failure.ts';
import { FLAGGER } from './flagger.ts';
import { validatorOf } from './json-schema.ts';
import { watch } from './unread.ts';

/** A model: its prototype's `validate` throws where the object it is called on is not one of its kind. */
interface Model {
  readonly prototype: { validate(): void };
}

const MODELS: Readonly<Record<string, Model>> = {
  'v1 ConfigMap': ConfigMap,
  'v1 Service': Service,
  'v1 ServiceAccount': ServiceAccount,
  'apps/v1 Deployment': Deployment,
  'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'argoproj.io/v1alpha1 AnalysisTemplate': AnalysisTemplate,
  'argoproj.io/v1alpha1 Rollout': Rollout,
  'monitoring.coreos.com/v1 ServiceMonitor': ServiceMonitor,
};

/** By `apiVersion` and `kind`: a manifest of Kubernetes, of Argo Rollouts, of the Prometheus operator or of Flagger. */
export const validateManifest: Validator = (document) => {
  const { apiVersion, kind } = (document ?? {}) as { apiVersion?: unknown; kind?: unknown };
  const name = `${String(apiVersion)} ${String(kind)}`;
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (model !== undefined) return byModel(model, document);
  const schema = Object.hasOwn(FLAGGER, name) ? FLAGGER[name] : undefined;
  if (schema !== undefined) return validatorOf(schema)(document);
  return [{ at: '/', message: `there is no schema for ${name}: add it to tools/schemas/kubernetes.ts` }];
};

function byModel(model: Model, document: unknown): readonly Failure[] {
  const watched = watch(document);
  try {
    model.prototype.validate.call(watched.value);
  } catch (error) {
    return [{ at: '/', message: error instanceof Error ? error.message : String(error) }];
  }
  return watched.unread().map((at) => ({ at, message: 'is no name that its schema knows' }));
}
