import { fetchObservables } from './fetch-observables.js';
import type { Observable } from './observable.js';
import { responseObservables } from './response-observables.js';

/** Everything that is compared with bare fetch. */
export const OBSERVABLES: readonly Observable[] = [...fetchObservables, ...responseObservables];
