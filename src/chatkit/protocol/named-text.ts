// The names of this server's own texts. A text is English, for every client. Its name stands beside
// it, so that a page can show it in the language of the person.

/** The name of a text, and the values in it. */
export interface TextName {
  readonly key: string
  readonly values?: Readonly<Record<string, string>>
}

/** The names of an object's texts, by the field that each text is in. */
export interface NamedTexts {
  readonly onbehalf_words?: Readonly<Record<string, TextName>>
}

/** What this server says of requests and answers that went wrong, by the name of each sentence. */
export const ERROR_WORDS = {
  not_found: 'This does not exist.',
  unavailable: 'A service that this depends on is not available. Try again later.',
  too_many_streams: 'Too many conversations are open for you at once. Close one of them.',
  too_many_runs: 'Too many answers are being written for you at once. Wait for one of them.',
  too_many_requests: 'Too many requests. Wait a moment and try again.',
  failed: 'This failed, and part of it may have been done. Look before you try again.',
  not_a_widget: 'Only a widget can send an action.',
  not_a_message: 'Only an answer to a message can be tried again.',
  no_pending_call: 'No tool of the page is being waited for here.',
  attachment_pending: 'An attachment is not uploaded yet. Wait for it, or remove it.',
  too_many_branches: 'A message has at most {count} versions, and as many answers.',
  not_pending: 'This form was answered already, or is none.',
  thread_locked: 'This conversation is locked and takes no messages.',
  thread_closed: 'This conversation is closed.',
  still_running: 'This message was sent before, and its answer is still being written.',
  thread_busy: 'An answer is still being written here. Wait a few seconds, or stop it first.',
  run_elsewhere: 'The answer is being written by another instance. Ask again in a moment.',
  signed_out: 'Sign in again to continue.',
  too_long: 'The answer took too long and was stopped. Try again.',
  too_much: 'The answer became too long and was stopped. Ask for less at once.',
  interrupted: 'The answer was interrupted. Try again.',
  approval_gone: 'This approval is no longer open. Nothing was done.',
  approval_decided: 'This was decided already.',
  approval_expired: 'This approval has expired. Nothing was done; ask again.',
  approval_unknown:
    'This was approved before, and it is not known whether it was done. Look before you ask for it again.',
  question_gone: 'This question is no longer open.',
  question_answered: 'This was answered already.',
} as const

/** The name of a sentence of {@link ERROR_WORDS}. */
export type ErrorName = keyof typeof ERROR_WORDS

/** Returns a sentence and its name, as a refusal or an error event has them. */
export function errorText(
  name: ErrorName,
  values?: TextName['values'],
): { readonly message: string } & NamedTexts {
  return {
    message: fill(ERROR_WORDS[name], values ?? {}),
    onbehalf_words: { message: { key: `error.${name}`, ...(values ? { values } : {}) } },
  }
}

/** Puts values into the `{…}` of a text. What is in the values is not read again. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
