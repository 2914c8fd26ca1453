import { parentPort } from "node:worker_threads";
import { type AppErrorKind, isAppError } from "@reefline/schema/errors";
import { describeError } from "../errors.ts";

/** One to each question, in their order. */
export type ThreadReply<Answer> =
  | { readonly answer: Answer }
  | { readonly error: { readonly kind: AppErrorKind; readonly code: string; readonly message: string } };

export interface Answered<Answer> {
  readonly answer: Answer;
  /** Goes over to whoever asked. */
  readonly memory: ArrayBuffer[];
}

/**
 * The thread's side of an AskedThread: answers one question after the other.
 * @param hear takes what needs no answer, before or between questions
 */
export function answerInTurn<Question, Answer, Word = never>(
  answer: (question: Question) => Promise<Answered<Answer>>,
  hear: (word: Word, whenAnswered: Promise<void>) => void = () => {},
): void {
  const port = parentPort;
  if (!port) throw new Error("this is a thread, not a program");
  const reply = async (question: Question): Promise<void> => {
    try {
      const { answer: said, memory } = await answer(question);
      port.postMessage({ answer: said } satisfies ThreadReply<Answer>, memory);
    } catch (error) {
      const kind = isAppError(error) ? error.kind : "internal";
      port.postMessage({ error: { kind, ...describeError(error) } } satisfies ThreadReply<Answer>);
    }
  };
  let last: Promise<void> = Promise.resolve();
  port.on("message", (message: { readonly question: Question } | { readonly word: Word }) => {
    if ("word" in message) hear(message.word, last);
    else last = last.then(() => reply(message.question));
  });
}
