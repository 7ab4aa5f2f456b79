// Changes a keyring file: makes it, adds a key, drops a key. Each change happens completely or not
// at all, also when the power fails. When two processes change the file at the same time, neither
// change is lost.

import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { checkPath } from '../checks.ts'
import { errorCode, syncFolderNow } from '../files.ts'
import { KEY_BYTES } from './gcm.ts'
import { KeyringError, type MasterKey, type MasterKeyFacts, readKeyring } from './keyring.ts'

/** Options of the functions that make a key. */
export interface KeyOptions {
  /** The current time in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Every option. A new one does not compile until it is here. */
const KEY_OPTIONS: OptionNames<KeyOptions> = { now: 'optional' }

type StoredKey = MasterKeyFacts & { readonly key: string }

/** What may be known of the keys of a keyring, oldest first: the last is the current one. */
export function listKeyring(path: string): readonly MasterKeyFacts[] {
  checkPath('listKeyring', path)
  return readKeyring(path).keys.map(({ id, created }) => ({ id, created }))
}

/**
 * Makes a keyring with one key. Makes its folder (mode 0700) when it is missing.
 *
 * @throws KeyringError when the file exists. A keyring is never overwritten: everything sealed
 *   under it would be lost.
 */
export function createKeyring(path: string, options: KeyOptions = {}): MasterKeyFacts {
  checkPath('createKeyring', path)
  checkOptions('createKeyring', '', options, KEY_OPTIONS)
  const { now = Date.now } = options
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const made = newKey(now())
  const next = lock(path)
  try {
    write(next.file, [made])
    // Unlike a rename, a link never replaces a file.
    linkSync(next.path, path)
    syncFolderNow(dirname(path))
  } catch (error) {
    if (errorCode(error) === 'EEXIST')
      throw new KeyringError(
        path,
        'exists already and was not changed. `onbehalf keys rotate` adds a key to it',
      )
    throw error
  } finally {
    next.release()
  }
  return factsOf(made)
}

/** Adds a key and makes it the current one, also in running processes. */
export function rotateKeyring(path: string, options: KeyOptions = {}): MasterKeyFacts {
  checkPath('rotateKeyring', path)
  checkOptions('rotateKeyring', '', options, KEY_OPTIONS)
  const { now = Date.now } = options
  return replace(path, (keys) => {
    // The newest key is the current one, so the new key must be newer than all, even if the clock
    // was set back.
    const made = newKey(Math.max(now(), ...keys.map(({ created }) => Date.parse(created) + 1)))
    return { keys: [...keys.map(toStored), made], result: factsOf(made) }
  })
}

/** Drops a key. The caller has made sure that nothing is wrapped under it. */
export function dropKey(path: string, id: string): void {
  replace(path, (keys) => ({
    keys: keys.filter((key) => key.id !== id).map(toStored),
    result: undefined,
  }))
}

/** Reads a keyring and replaces it in one step. No other command can do so at the same time. */
function replace<T>(
  path: string,
  change: (keys: readonly MasterKey[]) => {
    readonly keys: readonly StoredKey[]
    readonly result: T
  },
): T {
  readKeyring(path)
  // If the path is a symbolic link, replace the file that it leads to and keep the link.
  const real = realpathSync(path)
  const next = lock(real)
  try {
    const { keys, result } = change(readKeyring(real).keys)
    write(next.file, keys)
    renameSync(next.path, real)
    // Without this, a loss of power could bring the old file back after records were wrapped under
    // the new key.
    syncFolderNow(dirname(real))
    return result
  } finally {
    next.release()
  }
}

/**
 * Makes the file that will become the keyring. It is also the lock: without one, two rotations at
 * once would lose the key of one of them.
 */
function lock(path: string): { readonly path: string; readonly file: number; release(): void } {
  const next = `${path}.new`
  try {
    const file = openSync(next, 'wx', 0o600)
    const release = (): void => {
      closeSync(file)
      rmSync(next, { force: true })
    }
    return { path: next, file, release }
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    throw new KeyringError(
      path,
      `is being changed by another command. If none is running, one was stopped in the middle: remove ${next}, which is not in use`,
    )
  }
}

function write(file: number, keys: readonly StoredKey[]): void {
  const bytes = Buffer.from(`${JSON.stringify({ version: 1, keys }, null, 2)}\n`)
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  fsyncSync(file)
  bytes.fill(0)
}

function newKey(timeMs: number): StoredKey {
  const created = new Date(timeMs).toISOString()
  return {
    id: `${created.slice(0, 10)}-${randomBytes(4).toString('hex')}`,
    created,
    key: randomBytes(KEY_BYTES).toString('base64url'),
  }
}

function toStored({ id, created, key }: MasterKey): StoredKey {
  return { id, created, key: key.export().toString('base64url') }
}

function factsOf({ id, created }: StoredKey): MasterKeyFacts {
  return { id, created }
}
