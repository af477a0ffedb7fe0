import type { FieldRule, Refusal, RequestChange, SystemChange } from './dialect.js';
import { isObject, type JsonObject, parseJson } from './json.js';
import { mergePatch } from './merge-patch.js';

/** A table of fields from lists of their names, which spaces part. */
export function fieldTable(
  names: Readonly<Partial<Record<FieldRule, readonly string[]>>>,
): Readonly<Record<string, FieldRule>> {
  const rules = Object.entries(names) as [FieldRule, readonly string[]][];
  return Object.fromEntries(
    rules.flatMap(([rule, lists]) => lists.flatMap((list) => list.split(' ').map((name) => [name, rule] as const))),
  );
}

/** How the bodies of one protocol are changed. */
export interface BodyRules {
  /**
   * By top-level field, an allow-list: a field that is not in the table is refused, since dropping it could change the answer and
   * sending it could have an effect. A candidate's own parameters may add fields that are not in it.
   */
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** Stripped fields whose absence would leave a trace: every shadow's request has them, with this value. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Whether a JSON object is a request of this protocol at all. */
  isRequest(request: JsonObject): boolean;
  /** Set by the primary, and the candidate's `model` and `system`: parameters must not reach them. */
  readonly reserved: readonly string[];
  /** The field that names the model, `null` where the path does. */
  readonly model: string | null;
  /** A stateful or server-side feature below the top level, named in words of ours, or `null`. */
  refused(request: JsonObject): string | null;
  /** The request with other instructions. */
  withSystem(request: JsonObject, change: SystemChange): JsonObject;
}

/** The request before a change and after it; `body` is the primary's own text where nothing had to change. */
export type ChangedBody =
  | { readonly status: 'ok'; readonly body: string; readonly request: JsonObject }
  | (Refusal & { readonly status: 'refused' });

/** The shadow's body: the primary's own bytes where nothing has to change, so that an A/A leg asks exactly the same. */
export function changeBody(body: string, rules: BodyRules, change: RequestChange): ChangedBody {
  const request = parseJson(body);
  if (!isObject(request) || !rules.isRequest(request)) return refused('unparsable', 'a body that is no request');
  const { parameters = {} } = change;
  const { fixed = {} } = rules;
  const reserved = Object.keys(parameters).find((name) => rules.reserved.includes(name));
  if (reserved !== undefined) return refused('disallowed_feature', `the parameter \`${reserved}\``);

  const asked = change.model !== undefined || change.elsewhere === true ? withoutRoutes(request, rules) : request;
  let changed: JsonObject = Object.keys(parameters).length === 0 ? asked : mergePatch(asked, parameters);
  const stripped: string[] = [];
  for (const name of Object.keys(changed)) {
    const rule = ruleOf(rules, name) ?? (Object.hasOwn(parameters, name) ? 'keep' : 'unknown');
    if (rule === 'unknown' || (rule === 'refuse' && asksFor(changed[name])))
      return refused('disallowed_feature', fieldOf(name));
    if (rule === 'strip' && !Object.hasOwn(fixed, name)) stripped.push(name);
  }
  const feature = rules.refused(changed);
  if (feature !== null) return refused('disallowed_feature', feature);
  if (stripped.length > 0) changed = without(changed, stripped);
  if (Object.keys(fixed).some((name) => changed[name] !== fixed[name])) changed = { ...changed, ...fixed };
  if (change.model !== undefined && rules.model !== null && change.model !== changed[rules.model])
    changed = { ...changed, [rules.model]: change.model };
  if (change.system !== undefined) changed = rules.withSystem(changed, change.system);
  if (changed === request) return { status: 'ok', body, request };
  const text = serialise(changed);
  return text === null ? refused('unparsable', 'nesting') : { status: 'ok', body: text, request: changed };
}

/** `null`: JSON.parse takes deeper nesting than JSON.stringify does. */
export function serialise(request: JsonObject): string | null {
  try {
    return JSON.stringify(request);
  } catch {
    return null;
  }
}

export function refused(reason: Refusal['reason'], detail: string): Refusal {
  return { status: 'refused', reason, detail };
}

/** A field's name as a log may hold it: the request chooses it. */
export function fieldOf(name: string, within?: string): string {
  if (!/^\w{1,64}$/.test(name)) return 'a field whose name is no word';
  return `the field \`${within === undefined ? name : `${within}.${name}`}\``;
}

function asksFor(value: unknown): boolean {
  return value !== null && value !== false;
}

/** Names are foreign: those of every object are no entries of the table. */
function ruleOf(rules: BodyRules, name: string): FieldRule | undefined {
  return Object.hasOwn(rules.fields, name) ? rules.fields[name] : undefined;
}

/** Before the candidate's parameters are merged in: these may say the same for the candidate. */
function withoutRoutes(request: JsonObject, rules: BodyRules): JsonObject {
  const routes = Object.keys(request).filter((name) => ruleOf(rules, name) === 'route');
  return routes.length === 0 ? request : without(request, routes);
}

function without(request: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name)));
}
