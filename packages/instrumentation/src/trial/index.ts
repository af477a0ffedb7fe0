export { isObject, type JsonObject, parseForeign } from '../dialect/json.js';
export { ContractError, type ContractErrorCode, SealedError, UnderstudyError } from '../errors.js';
export { type Hold, type HolderOptions, LeaseHolder, type Sizes } from '../govern/budget/holder.js';
export { type ModelPrice, type PriceList, Prices, type Tokens } from '../govern/budget/prices.js';
export { Scale } from '../govern/budget/scale.js';
export { subjectKey } from '../sample/subject.js';
export { secondOf } from '../second.js';
export {
  decodeBatch,
  decodeTrial,
  type DecodeOptions,
  type EncodedBatch,
  encodeBatch,
  MAX_BATCH_BYTES,
} from './codec.js';
export { canonicalText, comparedText, comparedTokens, normalisedText } from './compared.js';
export { turnsOf } from './turns.js';
export { composed } from './composed.js';
export { DROP_REASONS, type DropReason, type Loss, type LossKind, type Stage, STAGES } from './funnel.js';
export { batchJobId, createIds, createProducerId, type Ids } from './ids.js';
export { type Cause, type Misconfiguration, MISCONFIGURATIONS, type Misconfigured } from './misconfigurations.js';
export { type Structure, structureOf } from './markdown-structure.js';
export { eraseTrial } from './privacy/erase-trial.js';
export { encryptionKey, isSealed, opened, Seal } from './seal.js';
export {
  AA_ARM,
  type Announcement,
  type Asked,
  type Batch,
  type CallId,
  type ClusterKey,
  type ComparedFeatures,
  type Content,
  type DrawCount,
  type Leg,
  type Message,
  type PairId,
  type Part,
  type PartFeatures,
  type RunId,
  SEGMENT_ALL,
  SEGMENT_NONE,
  SEGMENT_OTHER,
  type SliceCount,
  type SpanReference,
  type SubjectKey,
  type Totals,
  type Trial,
  TRIAL_VERSION,
  type TrialLeg,
  type Usage,
} from './trial.js';
