import { types } from 'node:util';
import { diag } from '@opentelemetry/api';

/** Where our own failures go: the name of what was being done, and what it threw. */
export type FailureSink = (operation: string, error: unknown) => void;

/** One warning per operation in this time: a fault that repeats on every call must not flood the host's log. */
const WARNING_INTERVAL_MS = 60_000;

/** Characters of one error's text in a log. */
const MAX_DESCRIPTION = 2000;

const counts = new Map<string, number>();
const warnedAt = new Map<string, number>();

function warn(operation: string, error: unknown): void {
  const now = performance.now();
  const last = warnedAt.get(operation);
  if (last !== undefined && now - last < WARNING_INTERVAL_MS) return;
  warnedAt.set(operation, now);
  diag.warn(`understudy: ${operation} failed; the host is not affected: ${described(error)}`);
}

/**
 * The error's own text and nothing it carries: a client of the queue puts the command that failed on it, password or batch included.
 * Not even the text of what a parser throws, which quotes what it could not read: a user's rule may parse an answer.
 */
function described(error: unknown): string {
  if (!(error instanceof Error)) return `a ${typeof error} was thrown`;
  if (error instanceof SyntaxError) return `a SyntaxError was thrown${framesOf(error).slice(0, MAX_DESCRIPTION)}`;
  return (error.stack ?? error.message).slice(0, MAX_DESCRIPTION);
}

/** Where it was thrown; nothing where that cannot be told from the text. */
function framesOf({ stack = '', message }: Error): string {
  const end = stack.indexOf(message) + message.length;
  return stack.includes(message) ? stack.slice(end) : '';
}

/** By kind: what a request chooses, such as the name of a model, must use up no room but that of its own kind. */
const remarked = new Map<string, Set<string>>();
const MAX_REMARKS = 128;

/**
 * Says something about the configuration once, through OpenTelemetry's diag; the whole process says so much of one kind at most. Never
 * throws.
 *
 * `kind` is a constant of the code, as an operation is for {@link guard}: a closed set.
 */
export function remark(kind: string, text: string): void {
  let said = remarked.get(kind);
  if (said === undefined) remarked.set(kind, (said = new Set()));
  if (said.size >= MAX_REMARKS || said.has(text)) return;
  said.add(text);
  guard('guard.remark', () => diag.warn(`understudy: ${text}`));
}

/** Says what has changed, each time: for what is rare by its nature. Never throws. */
export function say(text: string): void {
  guard('guard.say', () => diag.warn(`understudy: ${text}`));
}

let sink: FailureSink = warn;

/** Reports a failure of ours, or of a hook of the user. Never throws. */
export function raised(operation: string, error: unknown): void {
  try {
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    sink(operation, error);
  } catch {
    // A sink that fails has nowhere left to report to; the host must not learn of it.
  }
}

/**
 * Runs a piece of our own code, or a hook of the user, so that it can never break the host: what it throws is reported to the
 * sink under `operation` and the result is `undefined`. A promise it returns is returned, and its rejection reported as well.
 *
 * `operation` is a constant of the code, e.g. `tap.request`: a closed set, so that counting by it stays bounded.
 */
export function guard<Result>(operation: string, run: () => Result): Result | undefined {
  try {
    const result = run();
    if (typeof result === 'object' && types.isPromise(result))
      whenRejected(result, (error) => raised(operation, error));
    return result;
  } catch (error) {
    raised(operation, error);
    return undefined;
  }
}

/** Of any realm, and whatever methods of its own it has. */
function whenRejected(promise: Promise<unknown>, listener: (error: unknown) => void): void {
  void Promise.prototype.then.call(promise, undefined, listener);
}

/**
 * What a rule of the user gives where a promise is no answer, unchanged: a rejection of one is handled by nobody else, and would end
 * the host.
 */
export function unpromised<Value>(given: Value): Value {
  if (types.isPromise(given)) whenRejected(given, () => undefined);
  return given;
}

/** As {@link guard}, for work that is awaited: resolves to `undefined` where it failed, never rejects. */
export async function guardAsync<Result>(operation: string, run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await run();
  } catch (error) {
    raised(operation, error);
    return undefined;
  }
}

/** Replaces the sink (`null`: the default, a rate-limited warning through OpenTelemetry's diag). Returns the one before. */
export function setFailureSink(next: FailureSink | null): FailureSink {
  const before = sink;
  sink = next ?? warn;
  return before;
}

/** How often each operation has failed since the process started. */
export function failureCounts(): ReadonlyMap<string, number> {
  return counts;
}
