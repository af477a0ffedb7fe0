export { followLinks, type SpanSampler } from './capture/follow-links.js';
export { ConfigurationError, ContractError, UnderstudyError } from './errors.js';
export type { Candidate, ExperimentInput, SecretReference } from './experiment/definition.js';
export { type InstrumentationConfig, UnderstudyInstrumentation, type UnderstudyOptions } from './instrumentation.js';
export type { Environment, SourceOptions } from './options.js';
export type { ProducerLimits } from './queue/limits.js';
export type { CallRules, CallView } from './sample/call-view.js';
