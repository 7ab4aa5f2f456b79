// A client, and what it is called: by people, and in what is sealed for it. Pure.

import { createHash } from 'node:crypto'

/** A client. */
export interface KnownClient {
  /** Names it in what is sealed: the digest of its id. */
  readonly digest: string
  /** What it calls itself. Nobody has checked that. */
  readonly name: string
  readonly redirectUris: readonly string[]
  /** The host of its metadata document. That is checked: the document is there. */
  readonly host?: string
}

/** The digest of a client's id. */
export function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

const MAX_NAME_CHARS = 60

/** A name as people may be shown it: one line of visible characters. */
export function clientName(value: unknown): string {
  const text = typeof value === 'string' ? value.slice(0, 1000) : ''
  const name = [...text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()].slice(0, MAX_NAME_CHARS).join('')
  return name === '' ? 'A program without a name' : name
}
