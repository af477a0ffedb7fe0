import type { CallId, SubjectKey, Trial } from '@understudy/instrumentation/trial';
import { answerOf } from '../../score/answer.js';
import { embeddedText } from '../../score/embedding.js';
import { createPace } from '../pace.js';

/** The call a text was said in, and whose that is. */
export interface TextOwner {
  readonly call: CallId;
  readonly subject: SubjectKey | null;
}

/** The texts whose vectors the scores of these trials need, each with the first call it is of. */
export async function wantedTexts(trials: readonly Trial[]): Promise<ReadonlyMap<string, TextOwner>> {
  const pace = createPace();
  const wanted = new Map<string, TextOwner>();
  for (const { primary, legs, callId: call, subject = null, erased } of trials) {
    const ours = erased === true ? null : answerOf(primary);
    const text = ours === null ? null : embeddedText(ours);
    if (text === null) continue;
    for (const leg of Object.values(legs)) {
      const theirs = answerOf(leg);
      const other = theirs === null ? null : embeddedText(theirs);
      // What is equal or empty is scored without a vector.
      if (other === null || other === text) continue;
      for (const one of [text, other]) if (!wanted.has(one)) wanted.set(one, { call, subject });
    }
    await pace();
  }
  return wanted;
}
