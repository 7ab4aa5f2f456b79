// The keyring: a file of master keys. It is used only when nobody else can read it and every key in
// it is strong. Nothing here encrypts.

import { createSecretKey, type KeyObject } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { isObject, parseJson } from '../../core/json.ts'
import { errorCode } from '../files.ts'
import { KEY_BYTES } from './gcm.ts'

/** What may be known of a master key. */
export interface MasterKeyFacts {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly created: string
}

/** A master key. Printing a `KeyObject` shows none of its bytes. */
export interface MasterKey extends MasterKeyFacts {
  readonly key: KeyObject
}

/** The keys, oldest first. */
export interface Keyring {
  readonly keys: readonly MasterKey[]
  /** The newest key: new records are wrapped under it. */
  readonly current: MasterKey
}

/** The keyring file cannot be used. The message names it and says what to do. */
export class KeyringError extends TypeError {
  override readonly name = 'KeyringError'

  constructor(path: string, problem: string) {
    super(`The keyring ${path} ${problem}`)
  }
}

/**
 * Reads and checks a keyring.
 *
 * @throws KeyringError when it is missing, readable by others, malformed, or has a key that
 *   somebody could guess.
 */
export function readKeyring(path: string): Keyring {
  const make = `\`onbehalf keys init --keyring ${path}\` makes one`
  const text = readPrivate(path, make)
  const keys = parseKeys(text)
  if (typeof keys === 'string')
    throw new KeyringError(path, `${keys}. Put a backup in its place. If there is none, ${make}`)
  const current = keys.at(-1)
  if (!current) throw new KeyringError(path, `has no keys. ${make}`)
  return { keys, current }
}

/** The text of the file. It must be a regular file that only its owner can read. */
function readPrivate(path: string, make: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new KeyringError(
      path,
      errorCode(error) === 'ENOENT' ? `is missing; ${make}` : 'cannot be opened by this process',
    )
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new KeyringError(path, `is not a regular file; ${make}`)
    // Windows has no mode bits.
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0)
      throw new KeyringError(
        path,
        `can be read by others (mode ${(stat.mode & 0o777).toString(8)}). Run \`chmod 600 ${path}\`. If others may have read it, run \`onbehalf keys rotate\` and \`rewrap\``,
      )
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** The keys in the text of a keyring; or what is wrong with the text, without quoting it. */
function parseKeys(text: string): readonly MasterKey[] | string {
  const parsed = parseJson(text)
  if (parsed === undefined) return 'is not JSON'
  if (!isObject(parsed) || parsed.version !== 1 || !Array.isArray(parsed.keys))
    return 'is not a keyring of version 1'
  const keys: MasterKey[] = []
  const seen = new Set<string>()
  for (const [index, entry] of parsed.keys.entries()) {
    const key = parseKey(entry, seen)
    if (typeof key === 'string') return `has a problem in key ${index + 1}: ${key}`
    keys.push(key)
  }
  return keys.sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : 0))
}

/** One key; or what is wrong with it. `seen` holds the ids and keys before it. */
function parseKey(entry: unknown, seen: Set<string>): MasterKey | string {
  if (!isObject(entry)) return 'it is not an object'
  const { id, created, key } = entry
  if (typeof id !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(id))
    return '"id" must be 1 to 64 letters, digits, ".", "_" or "-"'
  if (typeof created !== 'string' || !isIsoTime(created))
    return '"created" must be an ISO time in UTC'
  if (typeof key !== 'string' || !/^[A-Za-z0-9_-]*$/.test(key)) return '"key" must be base64url'
  const bytes = Buffer.from(key, 'base64url')
  if (bytes.length !== KEY_BYTES) return `"key" must be ${KEY_BYTES} bytes`
  if (isWeak(bytes)) return '"key" is weak; it must be random'
  if (seen.has(id) || seen.has(key)) return 'it is there twice'
  seen.add(id).add(key)
  const parsed = { id, created, key: createSecretKey(bytes) }
  bytes.fill(0)
  return parsed
}

function isIsoTime(text: string): boolean {
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString() === text
}

/**
 * Whether the bytes of a key are clearly not random: few of them differ (zeros, a repeated word),
 * they count up, or they are a text that somebody typed. Fewer than one random key in 10^13 looks
 * like that.
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
