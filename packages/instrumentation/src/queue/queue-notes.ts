import { noteForeignApi } from '../capture/registered-api.js';
import { parseStoreUrl, shownStore } from '../experiment/store.js';
import { misconfigured, UntoldMisconfigurations } from '../misconfigured.js';
import type { PublisherOptions } from './publisher.js';

/** What a publisher's looks at the queue tell of how it is set up, and what of that travels with its batches. */
export function queueNotes(queueUrl: string): Required<Pick<PublisherOptions, 'onLook' | 'misconfigured'>> {
  const untold = new UntoldMisconfigurations();
  return {
    onLook({ evicts, stuck }) {
      if (evicts !== null)
        misconfigured('redis_evicts', {
          experiment: null,
          found: () => `the queue's Redis has maxmemory-policy ${evicts}: pairs that wait there may vanish`,
        });
      if (stuck > 0)
        misconfigured('no_evaluator', {
          experiment: null,
          found: () =>
            `nobody takes what is put on the queue at ${shownStore(parseStoreUrl(queueUrl))}: ${stuck} batches wait there`,
        });
    },
    misconfigured() {
      // The SDK may be started long after the tap.
      noteForeignApi();
      return untold.take();
    },
  };
}
