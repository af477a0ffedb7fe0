import { z } from 'zod';
import { shownAddress } from './address.js';
import { CREDENTIAL, HEADER_NAME } from './credential.js';
import { DEFAULTS } from './defaults.js';
import type { ConfigShape, ExperimentShape, RunDefinition } from './definition.js';
import type { ScorerName } from './gates.js';
import { embeddingsDefinitionShape, embeddingsShape } from './embeddings-shape.js';
import { judgeDefinitionShape, judgeShape } from './judging-shape.js';
import { PRESET_NAMES } from './preset-name.js';
import { expandPreset } from './presets.js';
import { budgetShape, controlShape, governorShape, targetShape } from './protection-shape.js';
import { sampleShape, windowShape } from './sampling-shape.js';
import { baseUrlShape, secretShape } from './shapes.js';
import { canConnectBy, WHOLE_URL } from './store.js';
import { strict } from './strict.js';

const unit = z.number().min(0).max(1);
const positiveUnit = z.number().gt(0).max(1);
const margin = z.number().gt(0).max(0.5);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'expected 1 to 64 letters, digits, `_`, `.` or `-`');
const label = z.string().min(1).max(256);
const milliseconds = z.int().positive();
/** A slice that is longer, or waits longer, would be no evidence in any window. */
const MOST_MS = 31 * 86_400_000;
const sliceTime = milliseconds.max(MOST_MS);
/** Below it no test could be passed in a lifetime, and levels shared by runs would vanish. */
const LEAST_ALPHA = 1e-6;

const NO_CREDENTIAL = 'expected no credential here: a key belongs in `apiKey`';
/** What the transport itself sends: a candidate that says otherwise would fail for a reason of ours. */
const OF_THE_TRANSPORT = /^(host|connection|keep-alive|transfer-encoding|content-length|upgrade|expect|te|trailer)$/i;
/** Headers travel with the run's definition, in clear: whatever sounds like a credential has to be named in `apiKey` instead. */
const headers = z.record(
  z
    .string()
    .regex(HEADER_NAME, 'expected a header name')
    .refine((header) => !CREDENTIAL.test(header), NO_CREDENTIAL)
    .refine((header) => !OF_THE_TRANSPORT.test(header), 'expected no header of the connection'),
  z.string().regex(/^[\t\x20-\x7e]*$/, 'expected printable ASCII'),
);

const headerName = z.string().regex(HEADER_NAME, 'expected a header name');
/** `outer.inner` below the top level. */
const fieldPath = z
  .string()
  .regex(/^[a-z]\w{0,63}(?:\.[a-z]\w{0,63}){0,3}$/, 'expected a field name, or several with dots');
const fieldName = z.string().regex(/^[a-z][A-Za-z0-9_]{0,63}$/, 'expected a field name');
const query = z.record(
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'expected a parameter name')
    .refine((parameter) => !CREDENTIAL.test(parameter) && parameter !== 'key', NO_CREDENTIAL),
  z.string().regex(/^[\x21-\x7e]{1,256}$/, 'expected printable ASCII'),
);
const system = z.union(
  [z.string(), strict({ replace: z.string() }), strict({ prepend: z.string() }), strict({ append: z.string() })],
  { error: 'expected a text, { replace: TEXT }, { prepend: TEXT } or { append: TEXT }' },
);

const candidate = strict({
  model: label.optional(),
  dialect: name.optional(),
  baseUrl: baseUrlShape.optional(),
  apiKey: secretShape.optional(),
  keyHeader: headerName.optional(),
  headers: headers.optional(),
  query: query.optional(),
  parameters: z.record(fieldName, z.json()).optional(),
  omit: z.array(fieldPath).max(64).optional(),
  system: system.optional(),
  version: label.optional(),
});

const defaults = DEFAULTS.experiment;
const matchShape = strict({
  operation: label.default(defaults.match.operation),
  model: label.default(defaults.match.model),
});
const segmentsShape = strict({
  attribute: label.nullable().default(defaults.segments.attribute),
  max: z.int().min(1).max(100).default(defaults.segments.max),
  critical: z.array(name).max(20).default([]),
  version: label.nullable().default(null),
});
const clusterShape = strict({
  attribute: label.nullable().default(defaults.cluster.attribute),
  version: label.nullable().default(null),
});

const SCORER_NAMES = [
  ...(['exact_raw', 'exact', 'exact_json', 'lexical', 'edit', 'chrf', 'length', 'structure'] as const),
  ...(['json_parses', 'json_valid', 'json_paths', 'json_values'] as const),
  ...(['tool_names', 'tool_arguments', 'tool_exact', 'tool_valid', 'label', 'refusal', 'language'] as const),
  ...(['embedding'] as const),
] satisfies readonly ScorerName[];
const scorer = z.enum(SCORER_NAMES);
const agreementGate = (gate: typeof DEFAULTS.gates.agreement) =>
  strict({
    scorer: scorer.default(gate.scorer),
    margin: margin.default(gate.margin),
    insensitiveBelow: unit.default(gate.insensitiveBelow),
  });
const latencyGate = strict({
  ratio: z.number().gt(1).max(10).default(DEFAULTS.gates.latency.ratio),
  thresholdMs: z.number().positive().max(1e9).optional(),
});
const shapeGate = strict({
  margin: margin.default(DEFAULTS.gates.shape.margin),
  insensitiveBelow: unit.default(DEFAULTS.gates.shape.insensitiveBelow),
  floor: positiveUnit.optional(),
});
const spendingGate = (unit: string) =>
  strict({
    ratio: z.number().min(0.1).max(10).default(DEFAULTS.gates.spending.ratio),
    mostPerCall: z
      .number({
        error: `expected the most one shadow may take, in ${unit}, such as \`understudy plan\` proposes from pairs of a run without this gate`,
      })
      .min(1e-9)
      .max(1e9),
  });
const winRateGate = strict({ margin: z.number().min(0.001).max(0.499).default(DEFAULTS.gates.win_rate.margin) });
const gatesShape = strict({
  errors: strict({ margin: margin.default(DEFAULTS.gates.errors.margin) }).optional(),
  timeouts: strict({ margin: margin.default(DEFAULTS.gates.timeouts.margin) }).optional(),
  refusals: strict({ margin: margin.default(DEFAULTS.gates.refusals.margin) }).optional(),
  validity: strict({
    margin: margin.default(DEFAULTS.gates.validity.margin),
    labels: z.array(z.string().min(1).max(64)).min(1).max(64).optional(),
  }).optional(),
  length: shapeGate.optional(),
  language: shapeGate.optional(),
  structure: shapeGate.optional(),
  agreement: agreementGate(DEFAULTS.gates.agreement).optional(),
  similarity: agreementGate(DEFAULTS.gates.similarity).optional(),
  latency_p50: latencyGate.optional(),
  latency_p95: latencyGate.optional(),
  latency_p99: latencyGate.optional(),
  first_chunk_p50: latencyGate.optional(),
  first_chunk_p95: latencyGate.optional(),
  first_chunk_p99: latencyGate.optional(),
  cost: spendingGate('US dollars').optional(),
  tokens: spendingGate('tokens').optional(),
  win_rate: z
    .union([winRateGate, z.literal(false)], { error: 'expected { margin: 0.001 to 0.499 }, or false' })
    .optional(),
}).refine((gates) => Object.values(gates).some((gate) => gate !== false), 'expected at least one gate');

const policyFields = strict({
  preset: z.enum(PRESET_NAMES).optional(),
  alpha: z.number().min(LEAST_ALPHA).max(0.2).default(DEFAULTS.policy.alpha),
  minPairs: z.int().min(1).default(DEFAULTS.policy.minPairs),
  minCoverage: unit.default(DEFAULTS.policy.minCoverage),
  fullDay: z.boolean().optional(),
  success: z.enum(['cheaper', 'faster', 'better']).optional(),
  gates: gatesShape.optional(),
});
/** A preset is spelt out before any default is filled in: what is not said beside it is the preset's. */
const policyShape = z.preprocess(expandPreset, policyFields);

const content = z.enum(['full', 'redacted', 'features', 'none']);
const redaction = strict({ version: label.nullable().default(defaults.redaction.version) });

const experiment = strict({
  name,
  enabled: z.boolean().default(true),
  match: matchShape.prefault({}),
  candidate: candidate.optional(),
  candidates: z.record(name, candidate).optional(),
  noise: strict({ rate: unit.default(defaults.noise.rate) }).prefault({}),
  sample: sampleShape,
  window: windowShape.nullable().default(null),
  budget: budgetShape.nullable().default(null),
  judge: judgeShape.nullable().default(null),
  embeddings: embeddingsShape.nullable().default(null),
  target: targetShape.nullable().default(null),
  governor: governorShape,
  control: controlShape,
  segments: segmentsShape.prefault({}),
  cluster: clusterShape.prefault({}),
  content: content.default(defaults.content),
  redaction: redaction.prefault({}),
  subject: strict({ attribute: label.nullable().default(defaults.subject.attribute) }).prefault({}),
  policy: policyShape.prefault({}),
  slice: z
    .strictObject({ lengthMs: sliceTime.default(DEFAULTS.sliceLengthMs), deadlineMs: sliceTime.optional() })
    .prefault({}),
  piMin: positiveUnit.optional(),
  shadow: z
    .strictObject({
      timeoutMs: milliseconds.max(600_000).default(defaults.shadow.timeoutMs),
      maxBytes: z.int().positive().default(defaults.shadow.maxBytes),
      concurrency: z.int().min(1).max(10_000).default(defaults.shadow.concurrency),
      requireRecording: z.boolean().default(defaults.shadow.requireRecording),
      topology: z.enum(['linked', 'same-trace']).default(defaults.shadow.topology),
    })
    .prefault({}),
});

const storeUrl = z
  .string()
  .regex(/^(rediss?|postgres(ql)?):\/\/.+|^embedded:.+/, {
    error: 'expected redis://, rediss://, postgres:// or embedded:DIRECTORY',
    abort: true,
  })
  .refine(canConnectBy, WHOLE_URL);
const ledgerUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/.+|^embedded:.+/, { error: 'expected postgres:// or embedded:DIRECTORY', abort: true })
  .refine(canConnectBy, WHOLE_URL);

const config = strict({
  version: z.literal(1),
  queue: strict({ url: storeUrl.default(DEFAULTS.queueUrl) }).prefault({}),
  ledger: strict({ url: ledgerUrl }).optional(),
  encryption: strict({ key: secretShape, previous: z.array(secretShape).max(16).default([]) })
    .nullable()
    .default(null),
  retention: strict({ days: z.number().gt(0).max(36_500).nullable().default(DEFAULTS.retention.days) }).prefault({}),
  experiments: z.array(experiment).max(100).default([]),
});

const resolvedPolicy = policyFields.omit({ preset: true }).required({ gates: true });
const runDefinition = strict({
  candidates: z.record(name, candidate),
  match: matchShape,
  segments: segmentsShape,
  cluster: clusterShape,
  judge: judgeDefinitionShape.nullable(),
  embeddings: embeddingsDefinitionShape.optional(),
  policy: resolvedPolicy,
  slice: strict({ lengthMs: sliceTime, deadlineMs: sliceTime }),
  piMin: positiveUnit,
  noise: strict({ rate: unit }),
  redaction: redaction.optional(),
});

/** Either the value, or every field that is wrong: where, what was expected, what was got. */
export type Parsed<Value> =
  | { readonly status: 'ok'; readonly value: Value }
  | { readonly status: 'error'; readonly issues: readonly string[] };

/** Checks the shape of a whole file; what depends on several fields is resolved elsewhere. */
export function parseConfigShape(input: unknown): Parsed<ConfigShape> {
  return parsed(config, input);
}

/** Checks the shape of one experiment. */
export function parseExperimentShape(input: unknown): Parsed<ExperimentShape> {
  return parsed(experiment, input);
}

/** Checks an announced definition: every default is already in it. */
export function parseRunDefinitionShape(input: unknown): Parsed<RunDefinition> {
  return parsed(runDefinition, input);
}

/** Checks the name of an announced experiment. */
export function parseExperimentName(input: string): Parsed<string> {
  return parsed(name, input);
}

function parsed<Value>(schema: z.ZodType, input: unknown): Parsed<Value> {
  const result = schema.safeParse(input);
  if (result.success) return { status: 'ok', value: result.data as Value };
  return { status: 'error', issues: result.error.issues.map((issue) => describe(issue, input)) };
}

function describe(issue: z.core.$ZodIssue, input: unknown): string {
  const path = issue.path.map(String).join('.') || 'the whole';
  if (issue.code === 'unrecognized_keys') return `${path}: ${issue.message}`;
  const inner = issue.code === 'invalid_key' ? issue.issues.map((each) => each.message).join(', ') : issue.message;
  return `${path}: ${inner.replace(/^(?:Invalid input|Invalid option|Too big|Too small): /, '').replace(/, received \w+$/, '')}, got ${shown(valueAt(input, issue.path), issue.path)}${switched(issue.path, input)}`;
}

/** Gates are easily taken for switches. */
function switched(path: readonly PropertyKey[], input: unknown): string {
  const value = valueAt(input, path);
  if (path.at(-2) !== 'gates' || typeof value !== 'boolean') return '';
  const gate = String(path.at(-1));
  return value
    ? `; \`${gate}: {}\` is the gate with its defaults`
    : '; only a gate of a `preset` can be left out so, others are left out by not naming them';
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}

const DELICATE: ReadonlySet<PropertyKey> = new Set([
  'candidate',
  'candidates',
  'encryption',
  'url',
  'apiKey',
  'baseUrl',
]);

/** What of these may be said is decided sign by sign. */
const ADDRESSES: ReadonlySet<PropertyKey> = new Set(['url', 'baseUrl']);

/** These fields may hold a secret in the wrong place, so no text of theirs is repeated, and nothing they are a part of. */
function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string' && ADDRESSES.has(path.at(-1) ?? '')) return shownAddress(value) ?? 'a string';
  const delicate = path.some((key) => DELICATE.has(key));
  if (delicate && typeof value !== 'number' && typeof value !== 'boolean') return `a ${typeof value}`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return JSON.stringify(value)?.slice(0, 80) ?? typeof value;
}
