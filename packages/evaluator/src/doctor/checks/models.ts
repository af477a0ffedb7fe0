import type { Answered } from '../ask-model.js';
import { type Finding, fail, ok } from '../finding.js';

const REMEDIES: Readonly<Record<number, string>> = {
  400: 'the model or a parameter is not what the endpoint takes: look at `model`, `parameters` and `dialect`',
  401: 'the key is not the right one, or not there',
  403: 'the key may not use this model, or not from here',
  404: 'look at `baseUrl` (with its path, such as /v1) and at the name of the model',
  429: 'a limit is reached: shadows would be refused, too, and that counts against the candidate',
};

/** What a try of a model says. `what` names it: `candidate mini of support`; `key`: where its key is, in words. Pure. */
export function checkAnswer(what: string, model: string, answered: Answered, key: string | null = null): Finding {
  switch (answered.status) {
    case 'answered':
      return ok(what, `${model} answers in ${Math.round(answered.ms)} ms`);
    case 'refused': {
      const fix =
        REMEDIES[answered.http] ??
        (answered.http >= 500 ? 'its provider fails: wait, and try again' : 'look at `baseUrl`');
      const isOfKey = answered.http === 401 || answered.http === 403;
      const beside = isOfKey ? `, with ${key === null ? 'no key' : `the key in ${key}`}` : '';
      return fail(what, `${model}: HTTP ${answered.http}${beside}`, fix);
    }
    case 'unreached':
      return fail(
        what,
        `${model}: ${answered.why}`,
        'look at `baseUrl`, and whether this machine may reach it (egress, DNS, proxy)',
      );
  }
}
