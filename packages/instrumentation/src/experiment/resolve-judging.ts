import type { ContentMode } from './definition.js';
import type { JudgeDefinition, JudgeDialect, JudgeModel, JudgeSettings, JudgeShape } from './judging.js';

/** The provider's own, as its SDK has it. */
const BASE_URLS: Readonly<Record<JudgeDialect, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com',
};
/** How sure a judge of a cascade must be where nothing is said. */
const ENOUGH = 0.8;

/** @param piMin of the run: a pair that is judged with the smallest rate has this times that rate. */
export function resolveJudge(shape: JudgeShape | null, piMin: number): JudgeSettings | null {
  if (shape === null) return null;
  const { model: _model, dialect: _dialect, baseUrl: _baseUrl, apiKey: _apiKey, jury, cascade, ...rest } = shape;
  const least = Math.min(rest.rate, ...rest.strata.map(({ rate }) => rate));
  return {
    ...rest,
    kind: cascade !== undefined ? 'cascade' : jury !== undefined ? 'jury' : 'one',
    models: modelsOf(shape),
    piMin: rest.piMin ?? piMin * least,
  };
}

/** The part of a judge that decides. */
export function judgeDefinition(judge: JudgeSettings | null): JudgeDefinition | null {
  if (judge === null) return null;
  const { concurrency: _pairs, perMinute: _calls, usdPerHour: _usd, timeoutMs: _timeout, ...definition } = judge;
  return definition;
}

function modelsOf(shape: JudgeShape): readonly JudgeModel[] {
  const { model, jury, cascade } = shape;
  const given: readonly (Partial<Omit<JudgeModel, 'enough'>> & { readonly enough?: number })[] =
    cascade ?? jury ?? (model === undefined ? [] : [{ model }]);
  return given.map((one, at) => {
    const dialect = one.dialect ?? shape.dialect ?? 'openai';
    // Another protocol is spoken elsewhere, and a key is one place's.
    const alike = one.dialect === undefined || one.dialect === (shape.dialect ?? 'openai');
    const baseUrl = one.baseUrl ?? (alike ? shape.baseUrl : undefined) ?? BASE_URLS[dialect];
    const shared = alike && (one.baseUrl === undefined || one.baseUrl === shape.baseUrl) ? shape.apiKey : undefined;
    const last = cascade === undefined || at === given.length - 1;
    const apiKey = one.apiKey === undefined ? (shared ?? null) : one.apiKey;
    return { model: one.model ?? '', dialect, baseUrl, apiKey, enough: last ? null : (one.enough ?? ENOUGH) };
  });
}

/** What is wrong with a judge beyond its single fields. */
export function* judgeIssues(shape: JudgeShape | null, piMin: number, content: ContentMode): Iterable<string> {
  if (shape === null) return;
  const { model, jury, cascade, strata, mode, dialect } = shape;
  const named = Object.entries({ model, jury, cascade }).filter(([, value]) => value !== undefined);
  if (named.length !== 1) {
    const got = named.length === 0 ? 'nothing' : named.map(([name]) => `\`${name}\``).join(' and ');
    yield `judge: expected one of \`model\`, \`jury\` and \`cascade\`, got ${got}`;
  }
  if (content !== 'full' && content !== 'redacted') {
    yield `judge: it reads texts, and with \`content: ${content}\` none leave the service: set \`content: redacted\``;
  }
  for (const [at, { below }] of strata.entries()) {
    if (at > 0 && below <= (strata[at - 1]?.below ?? 0)) yield `judge.strata.${at}.below: expected it to rise`;
  }
  if (shape.piMin !== undefined && shape.piMin > piMin) {
    yield `judge.piMin: expected at most the experiment's piMin (${piMin}), got ${shape.piMin}: no pair could be judged with less`;
  }
  for (const { baseUrl, apiKey, dialect: spoken } of modelsOf(shape)) {
    if (apiKey === null && Object.values(BASE_URLS).includes(baseUrl))
      yield `judge.apiKey: expected the key for ${baseUrl}, got nothing`;
    if (mode === 'token' && spoken === 'anthropic')
      yield `judge.mode: expected \`reasoned\`: an endpoint of Anthropic's protocol gives no probabilities`;
  }
  if (cascade?.at(-1)?.enough !== undefined)
    yield 'judge.cascade: expected no `enough` of the last one: its word stands';
  if (dialect === undefined && model !== undefined && /^claude/i.test(model) && shape.baseUrl === undefined)
    yield `judge.dialect: expected \`anthropic\` for ${model} at its provider's own endpoint, got nothing`;
}
