// The words of the cards on which a person decides about calls, in English. An app can give others
// for each person. What the model reads of a decision is not among them.

import { fill } from '../protocol/named-text.ts'
import type { Outcome, Verdict } from './approval-record.ts'

/** The words of an approval's cards. `{…}` is filled in. */
export interface ApprovalWords {
  readonly question: string
  readonly questions: string
  readonly intro: string
  readonly approve: string
  readonly approveAll: string
  readonly decline: string
  readonly declineAll: string
  readonly about: string
  readonly tool: string
  readonly rights: string
  readonly arguments: string
  readonly headings: Readonly<Record<Verdict, string>>
  /** What became of calls that were not approved. The time follows. */
  readonly refused: Readonly<Record<Exclude<Verdict, 'approved'>, string>>
  /** What became of approved calls. The time follows. */
  readonly outcomes: Readonly<Record<Outcome, string>>
}

/** The English words. */
export const APPROVAL_WORDS: ApprovalWords = {
  question: 'Approve this?',
  questions: 'Approve these {count} calls?',
  intro: 'The assistant would do this for {person}:',
  approve: 'Approve',
  approveAll: 'Approve all {count}',
  decline: 'Decline',
  declineAll: 'Decline all',
  about: '{title}: {object}',
  tool: '{name} on {server}',
  rights: '{tool}, with the rights {rights}',
  arguments: 'arguments',
  headings: {
    approved: 'Approved',
    declined: 'Declined',
    expired: 'Expired',
    superseded: 'Not approved',
  },
  refused: {
    declined: 'Nothing was done. Declined',
    expired: 'Nothing was done. Asked again too late:',
    superseded: 'Nothing was done. The conversation went on',
  },
  outcomes: {
    done: 'Done. Approved',
    // A server that reports a failure, or whose answer is lost, may have done it all the same.
    failed: 'This did not succeed, and it is not known whether part of it was done. Approved',
    not_made: 'Nothing was done. Approved',
    under_way: 'Under way; when nothing follows, it is not known whether it was done. Approved',
    unknown: 'It is not known whether this was done. Approved',
  },
}

/** Returns the words with whole sentences in place of those that others are put into. */
export function wholeApprovalWords(words: ApprovalWords): ApprovalWords {
  const withTime = <T extends object>(texts: T) =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, `${text} {time}`])) as T
  return {
    ...words,
    rights: fill(words.rights, { tool: words.tool }),
    refused: withTime(words.refused),
    outcomes: withTime(words.outcomes),
  }
}
