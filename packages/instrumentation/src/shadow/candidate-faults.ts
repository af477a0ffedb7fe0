import type { Experiment } from '../experiment/definition.js';
import { shownAddress } from '../experiment/address.js';
import { describeReference } from '../experiment/secret-reference.js';
import { misconfigured } from '../misconfigured.js';
import type { Misconfiguration } from '../trial/misconfigurations.js';
import type { ExchangeOutcome } from './bounded.js';

/** What a failure says of how a candidate is set up. */
interface Fault {
  readonly cause: Misconfiguration;
  /**
   * How often in a row it must be met. What users say decides whether one request is refused (its length, a filter of content, which some
   * gateways answer with 403), and any network fails now and then; a key, and a model that nobody knows, are refused by the setup alone.
   */
  readonly inARow: number;
}

const REFUSED = 10;
const UNREACHABLE: Fault = { cause: 'candidate_unreachable', inARow: 3 };

/** By an endpoint's status; other ones are its provider's own trouble. */
const BY_STATUS: ReadonlyMap<string, Fault> = new Map([
  ['400', { cause: 'candidate_request', inARow: REFUSED }],
  ['401', { cause: 'candidate_key', inARow: 1 }],
  ['403', { cause: 'candidate_key', inARow: REFUSED }],
  ['404', { cause: 'candidate_model', inARow: 1 }],
  ['422', { cause: 'candidate_request', inARow: REFUSED }],
]);

/** No connection, or none that can be trusted: as a firewall, a wrong name or a proxy's own certificate make it. */
const UNREACHED: ReadonlySet<string> = new Set([
  ...'ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH ETIMEDOUT EACCES EPERM UND_ERR_CONNECT_TIMEOUT'.split(
    ' ',
  ),
  ...'SELF_SIGNED_CERT_IN_CHAIN DEPTH_ZERO_SELF_SIGNED_CERT UNABLE_TO_VERIFY_LEAF_SIGNATURE'.split(' '),
  ...'UNABLE_TO_GET_ISSUER_CERT_LOCALLY ERR_TLS_CERT_ALTNAME_INVALID CERT_HAS_EXPIRED ERR_SSL_WRONG_VERSION_NUMBER'.split(
    ' ',
  ),
]);

/** By arm: how often a cause has been met since the candidate last answered, or since it was last reached. */
const met = new WeakMap<Experiment, Map<string, Map<Misconfiguration, number>>>();

/** Notes of how a candidate's shadow ended whether it fails by how it is set up. */
export function noteCandidateFault(experiment: Experiment, arm: string, outcome: ExchangeOutcome | null): void {
  const { name, candidates } = experiment;
  const candidate = Object.hasOwn(candidates, arm) ? candidates[arm] : undefined;
  if (candidate === undefined || outcome === null || outcome.status === 'missing') return;
  const counts = countsOf(experiment, arm);
  if (outcome.status === 'ok') return counts.clear();
  const { type } = outcome;
  // Whatever it answers, it can be reached.
  if (hasAnswered(outcome)) counts.delete('candidate_unreachable');
  const fault = faultOf(outcome);
  if (fault === undefined) return;
  const { cause, inARow } = fault;
  const count = (counts.get(cause) ?? 0) + 1;
  counts.set(cause, count);
  if (count < inARow) return;
  const { baseUrl, apiKey, model } = candidate;
  const found = (): string => {
    const where = baseUrl === undefined ? "the primary's address" : (shownAddress(baseUrl) ?? 'its address');
    const what = model === undefined ? "the primary's model" : JSON.stringify(model.slice(0, 128));
    const key = apiKey === undefined ? "the primary's own key" : `the key in ${describeReference(apiKey)}`;
    const said = hasAnswered(outcome) ? `HTTP ${type}` : type;
    return `candidate ${arm} of ${name}: ${said} from ${where} for the model ${what}${cause === 'candidate_key' ? `, with ${key}` : ''}`;
  };
  misconfigured(cause, { experiment: name, of: `${arm} ${type}`, found });
}

type Failed = ExchangeOutcome & { readonly status: 'error' };

function hasAnswered({ response, inAnswer }: Failed): boolean {
  return response !== undefined || inAnswer === true;
}

/** By a status that came as one, and by a connection's word where no answer came: the words of an answer can be any. */
function faultOf(outcome: Failed): Fault | undefined {
  const { type, response } = outcome;
  if (!hasAnswered(outcome)) return UNREACHED.has(type) ? UNREACHABLE : undefined;
  return response !== undefined && String(response.status) === type ? BY_STATUS.get(type) : undefined;
}

function countsOf(experiment: Experiment, arm: string): Map<Misconfiguration, number> {
  const arms = met.get(experiment) ?? new Map<string, Map<Misconfiguration, number>>();
  met.set(experiment, arms);
  const counts = arms.get(arm) ?? new Map<Misconfiguration, number>();
  arms.set(arm, counts);
  return counts;
}
