export { ConfigurationError } from '../errors.js';
export { keepStringsFast } from '../fast-strings.js';
export { type Bounds, boundsOf, type Embedding, type Judging } from './bounds.js';
export {
  type BudgetState,
  isUsedUp,
  type LeaseReply,
  type LeaseRequest,
  MOST_NANO_USD,
  NANO_USD,
  nanoUsd,
  type Pace,
} from './budget/lease.js';
export {
  LEASE_SCRIPT,
  leaseArguments,
  leaseKeys,
  readBudgetsOfRedis,
  readLeaseReply,
  type RedisReader,
} from './budget/lease-script.js';
export { CREATE_BUDGETS, leaseOnPostgres, readBudgetsOfPostgres, type RunStatement } from './budget/lease-statement.js';
export { canonicalJson } from './canonical-json.js';
export {
  type Control,
  controlId,
  hasEnd,
  type Phase,
  phaseId,
  type PhaseRecord,
  readControl,
  readPhase,
  windowUnder,
} from './control.js';
export { DEFAULTS } from './defaults.js';
export type {
  Candidate,
  Cluster,
  ContentMode,
  Encryption,
  Experiment,
  ExperimentInput,
  Match,
  Policy,
  Redaction,
  Retention,
  Run,
  RunDefinition,
  SecretReference,
  Segments,
  SliceSettings,
  Subject,
  Success,
  UnderstudyConfig,
} from './definition.js';

export type { AgreementGate, Gates, LatencyGate, RateGate, ScorerName, SpendingGate } from './gates.js';
export { type DefinitionChange, definitionChanges } from './definition-changes.js';
export type { EmbeddingsDefinition, EmbeddingsInput } from './embeddings.js';
export type { JudgeDefinition, JudgeInput, JudgeModel, JudgeSettings } from './judging.js';
export type { PresetName } from './preset-name.js';
export { PRESETS } from './presets.js';
export { resolveConfig, resolveExperiment, resolveRun } from './resolve.js';
export { runDefinition, runId, runOf } from './run.js';
export type { Budget, Target } from './protection.js';
export type { Sample, SampleRule, Window, WindowInput } from './sampling.js';
export { describeReference, secretText } from './secret-reference.js';
export { sealOf } from './encryption.js';
export {
  embeddedLockFile,
  type EmbeddedOwner,
  embeddedPostgresUrl,
  parseStoreUrl,
  QUEUES,
  readEmbeddedOwner,
  shownStore,
  type StoreAddress,
} from './store.js';
export { anchorEmbedded, parseConfigYaml } from './yaml.js';
