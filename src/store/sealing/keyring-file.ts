// Changes of a keyring file: made, rotated, a key dropped. Each is whole or not at all, also at a loss of power, and none gets lost to another.

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
import { KEY_BYTES } from './gcm.ts'
import { KeyringError, type MasterKey, type MasterKeyFacts, readKeyring } from './keyring.ts'

/** Options of the functions that make a key. */
export interface KeyOptions {
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

type StoredKey = MasterKeyFacts & { readonly key: string }

/** The keys of a keyring, without the keys themselves: oldest first, so that the last is the current one. */
export function listKeyring(path: string): readonly MasterKeyFacts[] {
  return readKeyring(path).keys.map(({ id, created }) => ({ id, created }))
}

/**
 * Makes a keyring with one key, and its folder (mode 0700) when that is missing.
 *
 * @throws KeyringError when the file is there: a keyring is never overwritten, because what it wraps would be lost.
 */
export function createKeyring(path: string, { now = Date.now }: KeyOptions = {}): MasterKeyFacts {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const made = newKey(now())
  const next = lock(path)
  try {
    write(next.file, [made])
    // Unlike a rename, a link never replaces what is there.
    linkSync(next.path, path)
    syncFolder(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new KeyringError(
        path,
        'is there already, and is left as it is; `onbehalf keys rotate` adds a key to it',
      )
    throw error
  } finally {
    next.release()
  }
  return factsOf(made)
}

/** Adds a key, which is the current one from then on, also in running processes. */
export function rotateKeyring(path: string, { now = Date.now }: KeyOptions = {}): MasterKeyFacts {
  return replace(path, (keys) => {
    // Newer than the newest, even if the clock was set back: otherwise the new key would not become the current one.
    const made = newKey(Math.max(now(), ...keys.map(({ created }) => Date.parse(created) + 1)))
    return { keys: [...keys.map(stored), made], result: factsOf(made) }
  })
}

/** Drops a key. Whoever calls it has made sure that nothing is wrapped under it. */
export function dropKey(path: string, id: string): void {
  replace(path, (keys) => ({
    keys: keys.filter((key) => key.id !== id).map(stored),
    result: undefined,
  }))
}

/** Reads a keyring and replaces it in one step, while no other command does. */
function replace<T>(
  path: string,
  change: (keys: readonly MasterKey[]) => {
    readonly keys: readonly StoredKey[]
    readonly result: T
  },
): T {
  readKeyring(path)
  // A link to the keyring stays a link.
  const real = realpathSync(path)
  const next = lock(real)
  try {
    const { keys, result } = change(readKeyring(real).keys)
    write(next.file, keys)
    renameSync(next.path, real)
    syncFolder(real)
    return result
  } finally {
    next.release()
  }
}

/** The file that becomes the keyring is also the lock: two rotations at once would otherwise lose the key of one of them. */
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
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    throw new KeyringError(
      path,
      `is being changed by another command; if none is running, one was ended midway: remove ${next}, which is not in use`,
    )
  }
}

function write(file: number, keys: readonly StoredKey[]): void {
  const bytes = Buffer.from(`${JSON.stringify({ version: 1, keys }, null, 2)}\n`)
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  fsyncSync(file)
  bytes.fill(0)
}

/** Without it, a loss of power may bring the old file back, after records were wrapped under the new key. */
function syncFolder(path: string): void {
  // Windows cannot open a folder, and writes its entries with the file.
  if (process.platform === 'win32') return
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function newKey(milliseconds: number): StoredKey {
  const created = new Date(milliseconds).toISOString()
  return {
    id: `${created.slice(0, 10)}-${randomBytes(4).toString('hex')}`,
    created,
    key: randomBytes(KEY_BYTES).toString('base64url'),
  }
}

function stored({ id, created, key }: MasterKey): StoredKey {
  return { id, created, key: key.export().toString('base64url') }
}

function factsOf({ id, created }: StoredKey): MasterKeyFacts {
  return { id, created }
}
