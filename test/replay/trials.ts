import { createHash } from 'node:crypto';
import type { Part, Trial } from '@understudy/instrumentation/trial';

/** What a made trial is of; everything else is the same for all. */
export interface Made {
  readonly at: number;
  readonly run: string;
  readonly startedAt?: number;
  readonly segment?: string;
  readonly cluster?: string;
  readonly primary?: Trial['primary'];
  readonly shadow?: Trial['primary'];
  readonly aa?: Trial['primary'];
  readonly asked?: Trial['asked'];
}

/** 2026-09-01, and a call a second. */
export const START: number = Date.UTC(2026, 8, 1);
const A_CALL_MS = 1000;

/** The `at`-th call: the same one each time. */
export function trialOf({ at, run, segment = '_none', primary, shadow, aa, asked, ...rest }: Made): Trial {
  const startedAt = rest.startedAt ?? START + at * A_CALL_MS;
  const digest = createHash('sha256').update(`call ${at}`).digest('hex');
  const idOf = (leg: number): string => {
    const time = Math.floor(startedAt).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${leg}${digest.slice(0, 2)}-a${digest.slice(2, 5)}-${digest.slice(5, 17)}`;
  };
  return {
    v: 1,
    callId: idOf(0),
    run,
    producer: 'p1',
    segment,
    cluster: rest.cluster ?? digest.slice(20, 36),
    pi: 1,
    operation: 'chat',
    stream: false,
    startedAt,
    input: text('user', [{ type: 'text', content: `question ${at}` }]),
    ...(asked && { asked }),
    primary: primary ?? answered(`answer ${at}`),
    legs: {
      candidate: { ...(shadow ?? answered(`answer ${at}`)), pairId: idOf(1) },
      ...(aa && { aa: { ...aa, pairId: idOf(2) } }),
    },
  } as unknown as Trial;
}

export function answered(said: string | readonly Part[], durationMs = 400): Trial['primary'] {
  const parts: readonly Part[] = typeof said === 'string' ? [{ type: 'text', content: said }] : said;
  const answer = text('assistant', parts);
  return { status: 'ok', answer, finish: 'stop', usage: null, durationMs, model: 'm', span: null };
}

export const FAILED: Trial['primary'] = { status: 'error', type: '500', durationMs: 30, span: null };

function text(role: string, parts: readonly Part[]): Trial['input'] {
  return { kind: 'text', messages: [{ role, parts }] };
}

export function lineOf(trial: unknown): string {
  return `${JSON.stringify(trial)}\n`;
}
