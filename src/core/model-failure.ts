// Why a language model gave no answer: a closed list, and the sentence of each for the person. Pure.

/** What kind of failure it was. */
export type ModelFailureKind =
  | 'key_refused'
  | 'model_unknown'
  | 'too_long'
  | 'rate_limited'
  | 'quota_used'
  | 'content_refused'
  | 'request_refused'
  | 'cut_off'
  | 'no_answer'
  | 'unavailable'

/** One failure. It holds no text of the provider's, only its status and its code for the operator. */
export interface ModelFailure {
  readonly kind: ModelFailureKind
  /** The HTTP status of the provider's answer. */
  readonly status?: number
  /** The provider's own code, such as `context_length_exceeded`. */
  readonly code?: string
  /** When the provider takes requests again. */
  readonly retryAfterSeconds?: number
}

/** Gives the sentence for the person. The switch is exhaustive. */
export function sentenceOfModel({ kind, retryAfterSeconds }: ModelFailure): string {
  switch (kind) {
    case 'key_refused':
      return "The language model did not accept this app's key. An administrator must look at it."
    case 'model_unknown':
      return 'The language model that this app asks for does not exist, or is not open to it. An administrator must choose another one.'
    case 'too_long':
      return 'This conversation has become too long for the language model. Begin a new one, or ask for less at once.'
    case 'rate_limited':
      return `The language model takes no more requests right now. Try again ${timeIn(retryAfterSeconds)}.`
    case 'quota_used':
      return 'This app has used up what it may ask of the language model. An administrator can raise the limit.'
    case 'content_refused':
      return 'The language model refuses to answer this. Say it in other words.'
    case 'request_refused':
      return 'The language model did not take this request. An administrator can find the reason in the log.'
    case 'cut_off':
      return 'The answer became longer than the language model may write. Ask for less at once.'
    case 'no_answer':
      return 'The language model gave no answer, though it was asked twice. Try again, or say it in other words.'
    case 'unavailable':
      return 'The language model cannot be reached right now. Try again in a moment.'
  }
}

/** Whether the same message may succeed without anybody changing something. */
export function mayRetry({ kind }: ModelFailure): boolean {
  return (
    kind === 'rate_limited' || kind === 'unavailable' || kind === 'no_answer' || kind === 'cut_off'
  )
}

function timeIn(seconds: number | undefined): string {
  if (seconds === undefined) return 'in a minute'
  if (seconds <= 90) return `in ${seconds === 1 ? '1 second' : `${seconds} seconds`}`
  return seconds <= 5400
    ? `in ${Math.ceil(seconds / 60)} minutes`
    : `in ${Math.ceil(seconds / 3600)} hours`
}
