// The refusals of uploads and downloads: JSON with a code, and a message for the person. A link
// that is forged or expired, belongs to somebody else, or leads to nothing gets the same answer, so
// that nobody learns which of these is the case.

import { TooLarge } from './attachment-folder.ts'
import { BadForm } from './form-file.ts'
import { CutOff, TooSlow } from './timed-body.ts'

/** Why something is refused. */
export interface Refused {
  readonly status: 400 | 404 | 405 | 408 | 409 | 413 | 415 | 429 | 503
  readonly code: string
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

export const NOT_FOUND: Refused = {
  status: 404,
  code: 'not_found',
  message: 'This does not exist.',
}

export const UPLOADED: Refused = {
  status: 409,
  code: 'already_uploaded',
  message: 'This file is already uploaded.',
}

export const UNDER_WAY: Refused = {
  status: 409,
  code: 'upload_under_way',
  message: 'This file is being uploaded already.',
}

export const TOO_LARGE: Refused = {
  status: 413,
  code: 'payload_too_large',
  message: 'The file is too large.',
}

export const NO_ROOM: Refused = {
  status: 413,
  code: 'quota_exceeded',
  message: 'There is no room for more files. Delete some conversations first.',
}

export const WRONG_TYPE: Refused = {
  status: 415,
  code: 'unsupported_media_type',
  message: 'Files of this type are not allowed.',
}

export const INCOMPLETE: Refused = {
  status: 400,
  code: 'incomplete',
  message: 'The upload was incomplete. Try again.',
}

export const NO_FILE: Refused = {
  status: 400,
  code: 'invalid_request',
  message: 'The form needs one file, in the field "file".',
}

const BAD_FORM: Refused = {
  status: 400,
  code: 'invalid_request',
  message: 'The request is not a form with a file.',
}

const TOO_SLOW: Refused = {
  status: 408,
  code: 'request_timeout',
  message: 'The file took too long to arrive.',
}

const UNAVAILABLE: Refused = {
  status: 503,
  code: 'unavailable',
  message: 'Files are not available at the moment. Try again later.',
  headers: { 'retry-after': '5' },
}

/** For a method that the URL does not have. `allow` lists those that it has. */
export function notAllowed(allow: string): Refused {
  return {
    status: 405,
    code: 'method_not_allowed',
    message: 'This method is not allowed here.',
    headers: { allow },
  }
}

/** For a person who asks too often. */
export function tooMany(seconds: number): Refused {
  const headers = { 'retry-after': String(seconds) }
  return {
    status: 429,
    code: 'too_many_requests',
    message: 'Too many requests. Wait a moment and try again.',
    headers,
  }
}

/** The refusal for an error while bytes arrive, and whether the operator should see the error. */
export function refusalOf(error: unknown): {
  readonly refused: Refused
  readonly unexpected: boolean
} {
  if (error instanceof TooLarge) return { refused: TOO_LARGE, unexpected: false }
  if (error instanceof TooSlow) return { refused: TOO_SLOW, unexpected: false }
  if (error instanceof CutOff) return { refused: INCOMPLETE, unexpected: false }
  if (error instanceof BadForm) return { refused: BAD_FORM, unexpected: false }
  return { refused: UNAVAILABLE, unexpected: true }
}

/** The response that refuses. */
export function refusal({ status, code, message, headers = {} }: Refused): Response {
  return Response.json(
    { code, message },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  )
}
