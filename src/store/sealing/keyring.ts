// The keyring: a file of master keys, read only when nobody else can read it and every key in it is strong. It encrypts nothing.

import { createSecretKey, type KeyObject } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { KEY_BYTES } from './gcm.ts'

/** What may be known of a master key. */
export interface MasterKeyFacts {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly created: string
}

/** A master key; a `KeyObject` prints as nothing. */
export interface MasterKey extends MasterKeyFacts {
  readonly key: KeyObject
}

/** The keys, oldest first. */
export interface Keyring {
  readonly keys: readonly MasterKey[]
  /** The newest. */
  readonly current: MasterKey
}

/** The keyring file cannot be used; the message names it and says what to do. */
export class KeyringError extends TypeError {
  override readonly name = 'KeyringError'

  constructor(path: string, problem: string) {
    super(`The keyring ${path} ${problem}`)
  }
}

/**
 * Reads and checks a keyring.
 *
 * @throws KeyringError when it is missing, open to others, malformed, or has a key that somebody could guess.
 */
export function readKeyring(path: string): Keyring {
  const make = `\`onbehalf keys init --keyring ${path}\` makes one`
  const text = readPrivate(path, make)
  const keys = parseKeys(text)
  if (typeof keys === 'string')
    throw new KeyringError(
      path,
      `${keys}. Put a backup of it in its place; where there is none, ${make}`,
    )
  const current = keys.at(-1)
  if (!current) throw new KeyringError(path, `has no keys; ${make}`)
  return { keys, current }
}

/** The file's text, if it is a regular file that only its owner can read. */
function readPrivate(path: string, make: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new KeyringError(
      path,
      isMissing(error) ? `is missing; ${make}` : 'cannot be opened by this process',
    )
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new KeyringError(path, `is no regular file; ${make}`)
    // Windows has no such bits.
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0)
      throw new KeyringError(
        path,
        `can be read by others (mode ${(stat.mode & 0o777).toString(8)}). Run \`chmod 600 ${path}\`; if others had a chance to read it, run \`onbehalf keys rotate\` and \`rewrap\``,
      )
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** The keys of a keyring's text, or what is wrong with it, without any of it. */
function parseKeys(text: string): readonly MasterKey[] | string {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return 'is no JSON'
  }
  if (!isRecord(parsed) || parsed.version !== 1 || !Array.isArray(parsed.keys))
    return 'is no keyring of version 1'
  const keys: MasterKey[] = []
  const seen = new Set<string>()
  for (const [index, entry] of parsed.keys.entries()) {
    const which = `has a problem in key ${index + 1}`
    if (!isRecord(entry)) return `${which}: it is no object`
    const { id, created, key } = entry
    if (typeof id !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(id))
      return `${which}: "id" must be 1 to 64 letters, digits, ".", "_" or "-"`
    if (typeof created !== 'string' || !isIsoTime(created))
      return `${which}: "created" must be an ISO time in UTC`
    if (typeof key !== 'string' || !/^[A-Za-z0-9_-]*$/.test(key))
      return `${which}: "key" must be base64url`
    const bytes = Buffer.from(key, 'base64url')
    if (bytes.length !== KEY_BYTES) return `${which}: "key" must be ${KEY_BYTES} bytes`
    if (isWeak(bytes)) return `${which}: "key" is weak; it must be random`
    if (seen.has(id) || seen.has(key)) return `${which}: it is there twice`
    seen.add(id).add(key)
    keys.push({ id, created, key: createSecretKey(bytes) })
    bytes.fill(0)
  }
  return keys.sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : 0))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isIsoTime(text: string): boolean {
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString() === text
}

/**
 * Whether bytes were never drawn at random: few different ones (zeros, a repeated word), a typed text, or counted up.
 * Of random keys, fewer than one in 10^13 looks so.
 */
function isWeak(bytes: Uint8Array): boolean {
  const differences = new Set(
    bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0)).subarray(1),
  )
  return (
    new Set(bytes).size < 16 ||
    differences.size < 4 ||
    bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
  )
}
