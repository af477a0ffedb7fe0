import type { Standing } from '../../decide/standing.js';
import { comparedTexts } from '../../dev/compared-pair.js';
import { type NewPair, startOf } from '../../dev/new-pairs.js';
import { printableLine } from '../foreign-text.js';
import { verdictJson } from '../render-verdict.js';
import { count } from '../style.js';
import { jsonLine, type Output } from '../terminal.js';
import { etaText, renderDev, renderOtlp, renderPair } from './render-dev.js';
import { openScreen, type TerminalStream } from './screen.js';
import { currentOf, type DevState } from './state.js';

/** Shows what happens, each form in its own way. */
export interface View {
  /** It has begun. */
  started(state: DevState): void;
  /** Something is not what it was. @param fresh pairs that were not there before. @param passedOver how many more there were */
  changed(state: DevState, fresh: readonly NewPair[], passedOver: number): void;
  /** Something failed and is tried again. */
  failed(text: string, state: DevState): void;
  /** It ends. */
  ended(state: DevState): void;
}

/** Between two drawings: faster than anybody reads. */
const DRAW_MS = 200;
/** Lines of a log are left as wide as they are. */
const WIDE = Infinity;

/** The whole terminal, drawn over. */
export function liveView(stream: TerminalStream, { out, style }: Output): View {
  let state: DevState | null = null;
  let timer: NodeJS.Timeout | null = null;
  const draw = (): void => {
    timer = null;
    if (state !== null) screen.draw(renderDev(state, screen, style));
  };
  const screen = openScreen(stream, draw);
  const show = (next: DevState): void => {
    state = next;
    timer ??= setTimeout(draw, DRAW_MS).unref();
  };
  return {
    started: (next) => {
      state = next;
      draw();
    },
    changed: show,
    failed: (_text, next) => show(next),
    ended: (last) => {
      if (timer !== null) clearTimeout(timer);
      screen.close();
      out(lastWords(last).join('\n'));
    },
  };
}

/** A line for each thing that happens. */
export function plainView({ out, err, style, errStyle }: Output): View {
  const verdicts = createNews();
  const line = (text: string): void => out(`${clock()} ${text}`);
  return {
    started: (state) => {
      line(`understudy dev, configured by ${printableLine(state.source)}; the store: ${printableLine(state.store)}`);
      for (const spans of renderOtlp(state, style)) line(spans.map(({ text }) => text).join(''));
      if (state.url !== null) line(`answers at ${state.url}/api/verdict`);
    },
    changed: (state, fresh, passedOver) => {
      for (const pair of fresh) out(renderPair(pair, state.content, WIDE, style).join('\n'));
      if (passedOver > 0) line(`and ${count(passedOver)} more`);
      for (const { standing, turned } of verdicts(state)) {
        const { run, arm, verdict } = standing;
        const name = printableLine(`${run.experiment}/${arm}`);
        // What was said already is not said again with each pair.
        const said = turned ? printableLine(verdict.sentence) : verdict.state.toUpperCase();
        line(`${name} ${said} (${etaText(standing)})`);
      }
    },
    failed: (text) => err(`${clock()} ${errStyle.bad(printableLine(text))}`),
    ended: (state) => out(lastWords(state).join('\n')),
  };
}

/** A line of JSON for each thing that happens: `ready`, `pair`, `passed_over`, `verdict`, `error`, `end`. */
export function jsonView({ out }: Output): View {
  const verdicts = createNews();
  const say = (type: string, body: object): void =>
    out(jsonLine({ v: 1, type, at: new Date().toISOString(), ...body }));
  return {
    started: ({ source, store, url, otlp }) => say('ready', { source, store, url, otlp }),
    changed: (state, fresh, passedOver) => {
      for (const pair of fresh) say('pair', pairJson(pair, state.content));
      if (passedOver > 0) say('passed_over', { pairs: passedOver });
      for (const { standing } of verdicts(state))
        say('verdict', { ...verdictJson(standing), funnel: standing.state.funnel });
    },
    failed: (message) => say('error', { message }),
    ended: ({ otlp }) => say('end', { otlp }),
  };
}

function pairJson({ experiment, shown }: NewPair, content: boolean): object {
  const { pair, run, arm, segment, evidence, facts } = shown;
  const { primary, shadow, scores } = facts;
  const texts = comparedTexts(shown, content);
  const calledAt = new Date(startOf(shown)).toISOString();
  const told = typeof texts === 'string' ? { texts: null, textless: texts } : { texts, textless: null };
  return {
    experiment,
    candidate: arm,
    run,
    pair,
    calledAt,
    segment,
    evidence,
    primary,
    shadow,
    scores: scores.ab,
    ...told,
  };
}

interface News {
  readonly standing: Standing;
  /** Its state or its reason is another one: more than that there are more pairs. */
  readonly turned: boolean;
}

/** The current standings whose state, reason or pairs are not what they were the last time. */
function createNews(): (state: DevState) => readonly News[] {
  const known = new Map<string, { readonly said: string; readonly pairs: string }>();
  return (seen) =>
    currentOf(seen).flatMap((standing) => {
      const { run, arm, verdict, state } = standing;
      const name = `${run.id} ${arm}`;
      const now = {
        said: `${verdict.state} ${verdict.reason}`,
        pairs: `${state.funnel.stored} ${state.funnel.evidence}`,
      };
      const before = known.get(name);
      if (before?.said === now.said && before.pairs === now.pairs) return [];
      known.set(name, now);
      return [{ standing, turned: before?.said !== now.said }];
    });
}

/** What stays on the terminal. */
function lastWords(state: DevState): readonly string[] {
  const current = currentOf(state);
  return current.length === 0
    ? ['No run: no service has made a call that could be compared.']
    : current.map(({ run, arm, verdict }) => printableLine(`${run.experiment}/${arm} ${verdict.sentence}`));
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}
