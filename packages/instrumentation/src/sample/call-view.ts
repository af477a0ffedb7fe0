import type { Call } from '../capture/call.js';
import type { Message } from '../trial/trial.js';

/** What a user's rule may know of a call. Holds no header and no credential. */
export interface CallView {
  readonly operation: string;
  readonly model: string | null;
  readonly stream: boolean;
  /** Host and port the call goes to. */
  readonly host: string;
  /** Attributes of the service's own span that was active when the call was made. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The request's messages; parsed when first read. Throws where the body cannot be read. */
  readonly messages: readonly Message[];
}

/** Rules in code. All but `redact` run inside the primary call, before it is sent: they must be quick, and what they throw is counted. */
export interface CallRules {
  /** Names the segment of a call, or null for none. Name its `segments.version`, since a rule decides what is compared. */
  readonly segment?: (call: CallView) => string | null | undefined;
  /**
   * Names what is drawn as a whole where the experiment says `sample: { by: key }` (a conversation, a user), or null for the key of the
   * configuration. Needs no version: which calls are drawn is no part of a run.
   */
  readonly sampleKey?: (call: CallView) => string | null | undefined;
  /** Names what makes calls repeat each other (a conversation, a user), or null for the default. */
  readonly cluster?: (call: CallView) => string | null | undefined;
  /**
   * By candidate: makes its request body, the last of all changes, from a copy of what would be sent. Name the candidate's `version`.
   * What the protocol has no place for, and whether the answer is streamed, cannot be changed: the call is skipped then.
   */
  readonly transform?: Readonly<
    Record<string, (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>>
  >;
  /**
   * With `content: redacted`: gives back a text of the input, an answer, a tool's arguments or its result without what may not leave
   * the service, before the built-in redaction sees it. Runs after the call has been answered. Where it throws, or gives no text,
   * nothing of the call leaves. Name its `redaction.version`.
   */
  readonly redact?: (text: string) => string;
}

/** The view of a call that rules get. */
export function viewOf(call: Call): CallView {
  let messages: readonly Message[] | undefined;
  return {
    operation: call.request.operation,
    model: call.request.model,
    stream: call.request.stream,
    get host() {
      return call.host;
    },
    attributes: call.context,
    get messages() {
      messages ??= call.messages();
      return messages;
    },
  };
}
