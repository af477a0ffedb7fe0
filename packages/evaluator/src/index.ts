/** The evaluator: stores, scores, closes, decides and emits. The command line is `understudy`. */
export { type EvaluatorConfig, loadConfig, loadSeal, type Telemetry } from './config.js';
export { type Standing, standingsOf } from './decide/standing.js';
export {
  type GateState,
  type GateVerdict,
  type Hold,
  type HoldReason,
  type Range,
  type Reason,
  type SetupFault,
  type State,
  type StreamVerdict,
  type Transition,
  type Verdict,
} from './decide/verdict.js';
export type { Report } from './emit/ledger-metrics.js';
export { ConfigurationError, ContractError, NotFoundError, StoreError, UnderstudyError } from './errors.js';
export { type Evaluator, type EvaluatorEvents, type EvaluatorOptions, startEvaluator } from './evaluator.js';
export type { SeenVerdict, VerdictChange } from './ledger/change.js';
export type {
  ClosedSlice,
  Ledger,
  PairContent,
  PairQuery,
  PairRow,
  QueueView,
  RegisteredRun,
  Rejection,
  ShownPair,
} from './ledger/ledger.js';
export type { ArmState, FunnelState, LedgerSnapshot, ProducerState, RunState } from './ledger/snapshot.js';
export type { Listen, Webhook } from './outputs.js';
export type { QueueState } from './queue/queue-watch.js';
