/** What the local provider of these benches answers: nothing but a question's number and its own settings, so that a client knows each answer. */
export interface AnswerShape {
  /** Characters of an answer. */
  readonly answerChars: number;
  /** Events of a streamed one that hold text. */
  readonly pieces: number;
}

const FILLER = 'a model would say something of use here, and this one says that it has nothing to say at all; ';

/** The answer to a question: its number and then words, all of ASCII. */
export function answerTo(number: string, { answerChars }: AnswerShape): string {
  const start = `Answer ${number}: `;
  return (
    start + FILLER.repeat(Math.ceil(answerChars / FILLER.length)).slice(0, Math.max(0, answerChars - start.length))
  );
}

/** The question with this number, as long as it is told to be. */
export function questionOf(number: number, chars: number): string {
  const start = `Question #${number}# please: `;
  return start + FILLER.repeat(Math.ceil(chars / FILLER.length)).slice(0, Math.max(0, chars - start.length));
}

/** The number in a request's body, without parsing the rest. */
export function numberIn(body: string): string {
  return /#(\d+)#/.exec(body)?.[1] ?? '?';
}

/** The body of a request of OpenAI's chat completions. */
export function requestBody(question: string, stream: boolean): string {
  const streamed = stream ? { stream: true, stream_options: { include_usage: true } } : {};
  return JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: question }], ...streamed });
}
