// The words of the cards on which a person answers a server's question, in English. An app can give
// others for each person.

import { fill } from '../../protocol/named-text.ts'
import { escapeMarkdown } from '../markdown.ts'

/** What became of a question. `gone`: nobody waits for its answer any more. */
export type QuestionEnd = 'accept' | 'decline' | 'expired' | 'gone'

/** What is wrong with a value. */
export type ValueProblem = 'missing' | 'number' | 'range' | 'length' | 'format' | 'choice' | 'count'

/** The words of a question's cards. `{…}` is filled in. */
export interface QuestionWords {
  readonly formTitle: string
  readonly linkTitle: string
  /** Stands below the title of every question: what the server says follows. */
  readonly says: string
  readonly link: string
  readonly send: string
  readonly back: string
  readonly decline: string
  /** A choice that may be left open. */
  readonly choose: string
  readonly optional: string
  readonly ends: Readonly<Record<QuestionEnd, string>>
  readonly problems: Readonly<Record<ValueProblem, string>>
}

/** The English words. */
export const QUESTION_WORDS: QuestionWords = {
  formTitle: '{server} asks you something',
  linkTitle: '{server} asks you to open a page',
  says: 'Your answer goes to {server} and not to the assistant. Do not write passwords or keys here.',
  link: 'Open {host}',
  send: 'Send',
  back: 'I am done there',
  decline: 'Decline',
  choose: 'Choose',
  optional: '{label} (optional)',
  ends: {
    accept: 'You answered a question of {server}.',
    decline: 'You did not answer a question of {server}.',
    expired: 'A question of {server} was not answered in time.',
    gone: 'A question of {server} is no longer open.',
  },
  problems: {
    missing: 'Fill in “{label}”.',
    number: '“{label}” must be a number.',
    range: '“{label}” is too small or too large.',
    length: '“{label}” is too short or too long.',
    format: '“{label}” is not in the right form.',
    choice: 'Choose one of the values of “{label}”.',
    count: 'Choose as many values of “{label}” as are asked for.',
  },
}

/** The words of one server's questions. */
export function wordsFor(text: string, server: string): string {
  return fill(text, { server })
}

/** Returns the words with the whole link, in Markdown, in place of what it says. */
export function wholeQuestionWords(words: QuestionWords): QuestionWords {
  return { ...words, link: `[${escapeMarkdown(words.link)}]({href})` }
}
