import { isObject, type JsonObject } from '../json.js';

/** The fields of a request, of its configuration and of what stands in it that are read here, in camel case. */
const TOP = [
  ['systemInstruction', 'generationConfig', 'tools', 'toolConfig', 'safetySettings', 'cachedContent', 'serviceTier'],
  ['contents', 'labels', 'store', 'modelArmorConfig'],
].flat();
const CONFIG = [
  ['temperature', 'topP', 'topK', 'maxOutputTokens', 'stopSequences', 'candidateCount', 'seed', 'presencePenalty'],
  ['frequencyPenalty', 'responseMimeType', 'responseSchema', 'responseJsonSchema', 'responseModalities'],
  ['responseLogprobs', 'logprobs', 'thinkingConfig', 'mediaResolution', 'speechConfig', 'imageConfig'],
  ['audioTimestamp', 'enableEnhancedCivicAnswers', 'routingConfig', 'modelConfig'],
].flat();

const TOP_NAMES = namesOf(TOP);
const CONFIG_NAMES = namesOf(CONFIG);

/** A field by its name in camel case: the API takes that and snake case, and answers in camel case. */
export function either(object: JsonObject, name: string): unknown {
  return object[name] ?? object[snakeCase(name)];
}

export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The same fields in camel case throughout, so that what one spelling says can be changed in the other. */
export function inCamelCase(request: JsonObject): JsonObject {
  const renamed = rename(request, TOP_NAMES);
  const config = renamed['generationConfig'];
  return isObject(config) ? { ...renamed, generationConfig: rename(config, CONFIG_NAMES) } : renamed;
}

function rename(object: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]));
}

function namesOf(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [snakeCase(name), name]));
}
