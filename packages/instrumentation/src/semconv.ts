/**
 * Names on the wire. `gen_ai.*` are those of the OpenTelemetry GenAI semantic conventions v1.41, copied because the conventions
 * are still moving; everything of our own begins with `understudy.`.
 */

export const ATTR_GEN_AI_OPERATION_NAME = 'gen_ai.operation.name';
export const ATTR_GEN_AI_PROVIDER_NAME = 'gen_ai.provider.name';
export const ATTR_GEN_AI_REQUEST_MODEL = 'gen_ai.request.model';
export const ATTR_GEN_AI_REQUEST_STREAM = 'gen_ai.request.stream';
export const ATTR_GEN_AI_REQUEST_TEMPERATURE = 'gen_ai.request.temperature';
export const ATTR_GEN_AI_REQUEST_TOP_P = 'gen_ai.request.top_p';
export const ATTR_GEN_AI_REQUEST_TOP_K = 'gen_ai.request.top_k';
export const ATTR_GEN_AI_REQUEST_MAX_TOKENS = 'gen_ai.request.max_tokens';
export const ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY = 'gen_ai.request.frequency_penalty';
export const ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY = 'gen_ai.request.presence_penalty';
export const ATTR_GEN_AI_REQUEST_SEED = 'gen_ai.request.seed';
export const ATTR_GEN_AI_REQUEST_STOP_SEQUENCES = 'gen_ai.request.stop_sequences';
export const ATTR_GEN_AI_REQUEST_CHOICE_COUNT = 'gen_ai.request.choice.count';
export const ATTR_GEN_AI_OUTPUT_TYPE = 'gen_ai.output.type';
export const ATTR_GEN_AI_REQUEST_ENCODING_FORMATS = 'gen_ai.request.encoding_formats';
export const ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT = 'gen_ai.embeddings.dimension.count';
export const ATTR_GEN_AI_CONVERSATION_ID = 'gen_ai.conversation.id';
export const ATTR_GEN_AI_RESPONSE_ID = 'gen_ai.response.id';
export const ATTR_GEN_AI_RESPONSE_MODEL = 'gen_ai.response.model';
export const ATTR_GEN_AI_RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons';
export const ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk';
export const ATTR_GEN_AI_USAGE_INPUT_TOKENS = 'gen_ai.usage.input_tokens';
export const ATTR_GEN_AI_USAGE_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens';
export const ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS = 'gen_ai.usage.cache_read.input_tokens';
export const ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS = 'gen_ai.usage.cache_creation.input_tokens';
export const ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS = 'gen_ai.usage.reasoning.output_tokens';
/** What was said: only where `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` asks for it. */
export const ATTR_GEN_AI_SYSTEM_INSTRUCTIONS = 'gen_ai.system_instructions';
export const ATTR_GEN_AI_INPUT_MESSAGES = 'gen_ai.input.messages';
export const ATTR_GEN_AI_OUTPUT_MESSAGES = 'gen_ai.output.messages';
export const ATTR_GEN_AI_TOOL_DEFINITIONS = 'gen_ai.tool.definitions';
export const ATTR_GEN_AI_TOKEN_TYPE = 'gen_ai.token.type';

/** The conventions' own attributes for OpenAI. */
export const ATTR_OPENAI_API_TYPE = 'openai.api.type';
export const ATTR_OPENAI_REQUEST_SERVICE_TIER = 'openai.request.service_tier';
export const ATTR_OPENAI_RESPONSE_SERVICE_TIER = 'openai.response.service_tier';
export const ATTR_OPENAI_RESPONSE_SYSTEM_FINGERPRINT = 'openai.response.system_fingerprint';

export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_SERVER_PORT = 'server.port';
export const ATTR_HTTP_REQUEST_RESEND_COUNT = 'http.request.resend_count';
export const ATTR_ERROR_TYPE = 'error.type';

export const METRIC_GEN_AI_CLIENT_OPERATION_DURATION = 'gen_ai.client.operation.duration';
export const METRIC_GEN_AI_CLIENT_TOKEN_USAGE = 'gen_ai.client.token.usage';

/** What the two above are being renamed to for inference, in open-telemetry/semantic-conventions-genai (October 2026). */
export const METRIC_GEN_AI_CLIENT_INFERENCE_DURATION = 'gen_ai.client.inference.duration';
export const METRIC_GEN_AI_CLIENT_INFERENCE_INPUT_TOKENS = 'gen_ai.client.inference.usage.input_tokens';
export const METRIC_GEN_AI_CLIENT_INFERENCE_OUTPUT_TOKENS = 'gen_ai.client.inference.usage.output_tokens';
export const METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_READ_TOKENS = 'gen_ai.client.inference.usage.cache_read.input_tokens';
export const METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_WRITE_TOKENS =
  'gen_ai.client.inference.usage.cache_write.input_tokens';
export const METRIC_GEN_AI_CLIENT_INFERENCE_REASONING_TOKENS = 'gen_ai.client.inference.usage.reasoning.output_tokens';

export const ATTR_PAIR_ID = 'understudy.pair.id';
export const ATTR_CALL_ID = 'understudy.call.id';
export const ATTR_ROLE = 'understudy.role';
export const ATTR_EXPERIMENT = 'understudy.experiment';
export const ATTR_ARM = 'understudy.arm';
export const ATTR_RUN = 'understudy.run';
export const ATTR_PEER_TRACE_ID = 'understudy.peer.trace_id';
export const ATTR_PEER_SPAN_ID = 'understudy.peer.span_id';
export const ATTR_DROP_REASON = 'understudy.drop.reason';
/** How a call that neither ended nor failed ended: `aborted` by its caller, or `abandoned` with its body never read; `missing`: a shadow that was dropped. */
export const ATTR_OUTCOME = 'understudy.outcome';
/** The attributes of which something was left out; `all` where nothing of what was said is there. */
export const ATTR_CONTENT_CUT = 'understudy.content.cut';
/** Why shadows pause, and until when at least (RFC 3339). */
export const ATTR_PAUSE_REASON = 'understudy.pause.reason';
export const ATTR_PAUSE_UNTIL = 'understudy.pause.until';

/** On the primary's span with which a pause began, or that first met it. */
export const EVENT_PAUSED = 'understudy.paused';

export const METRIC_FUNNEL = 'understudy.funnel';
export const METRIC_DROPPED = 'understudy.dropped';
export const METRIC_FAILURES = 'understudy.failures';
export const METRIC_MISCONFIGURED = 'understudy.misconfigured';
export const METRIC_MISCONFIGURED_LAST_SEEN = 'understudy.misconfigured.last_seen.seconds';
export const METRIC_PAUSES = 'understudy.pauses';
export const METRIC_PAUSED = 'understudy.paused';
export const METRIC_PUBLISH_BUFFERED = 'understudy.publish.buffered';
export const METRIC_PUBLISH_DURATION = 'understudy.publish.duration.seconds';
export const METRIC_SAME_TRACE = 'understudy.shadow.same_trace';
export const METRIC_CALL_DURATION = 'understudy.call.duration.seconds';
export const METRIC_CALL_FIRST_CHUNK = 'understudy.call.time_to_first_chunk.seconds';
