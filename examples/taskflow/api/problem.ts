// Makes problem answers (RFC 9457). Programs read the `code` and people read the `title`. No answer
// repeats a value that a caller sent.

import type { FieldError } from './input.ts'

/** Every problem that the API answers with. */
export type ProblemCode =
  | 'body_malformed'
  | 'body_too_large'
  | 'body_type_unsupported'
  | 'fields_invalid'
  | 'query_invalid'
  | 'task_unknown'
  | 'path_unknown'
  | 'method_refused'
  | 'transition_refused'
  | 'progress_refused'
  | 'failed'

const STATUS_AND_TITLE: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  body_malformed: [400, 'The body is not a JSON object.'],
  body_too_large: [413, 'The body is larger than 64 KB.'],
  body_type_unsupported: [415, 'The body must be application/json.'],
  fields_invalid: [422, 'Some fields are not valid.'],
  query_invalid: [400, 'Some query parameters are not valid.'],
  task_unknown: [404, 'There is no such task.'],
  path_unknown: [404, 'There is nothing at this address.'],
  method_refused: [405, 'This address does not take that method.'],
  transition_refused: [409, 'The task cannot change to that status from the one it has.'],
  progress_refused: [409, 'A completed task stays at 100 percent: reopen it first.'],
  failed: [500, 'Something went wrong, and it was logged.'],
}

/** The members that a problem can have besides the standard ones. */
export interface ProblemDetails {
  readonly errors?: readonly FieldError[]
  readonly from?: string
  readonly to?: string
  readonly allowed?: readonly string[]
}

/**
 * Makes the answer. Its `type` is about:blank, because `code` already says which problem it is
 * (RFC 9457 section 4.2.1).
 */
export function problem(
  code: ProblemCode,
  details: ProblemDetails = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const [status, title] = STATUS_AND_TITLE[code]
  return new Response(JSON.stringify({ type: 'about:blank', title, status, code, ...details }), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...headers,
    },
  })
}
