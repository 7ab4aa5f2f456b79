// The bytes of attachments in a folder: each owner's in a folder of their own, each under its id. It knows no records and decides nothing.
//
//   <folder>/owner             whose it is
//   <folder>/<id>              the bytes, complete
//   <folder>/<id>.new          a place that is kept for bytes to come: as large as they were announced, and as good as empty on the disk
//   <folder>/<id>.<hex>.part   bytes that are coming

import { randomBytes } from 'node:crypto'
import { constants, mkdirSync, realpathSync, statSync } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAttachmentId, isFolder, type Place } from './signed-links.ts'

/** Bytes that have arrived. Keep or drop them. */
export interface Arrived {
  readonly size: number
  /** Makes them the attachment's, whole and for good, unless it has some already (`taken`), or was removed in the meantime (`gone`). */
  keep(): Promise<'kept' | 'taken' | 'gone'>
  drop(): Promise<void>
}

/** What an owner has: attachments and bytes, those to come included. */
export interface Usage {
  readonly files: number
  readonly bytes: number
}

/** What there is of one attachment. */
export interface Kept {
  readonly id: string
  readonly bytes: number
  /** When the newest of it was written: milliseconds since the epoch. */
  readonly changedAt: number
}

/** A folder. Names in it are ids and folders that were checked; what a client calls a file is no part of a path. */
export interface AttachmentFolder {
  /** Keeps a place. */
  reserve(place: Place, owner: string, size: number): Promise<void>
  /** Gives up a place that was kept. */
  release(place: Place): Promise<void>
  usage(folder: string): Promise<Usage>
  /**
   * Writes bytes as they come.
   *
   * @throws TooLarge when there are more than `most`; Error when the disk or the source fails. Nothing is left then.
   */
  receive(place: Place, source: AsyncIterable<Uint8Array>, most: number): Promise<Arrived>
  /** The bytes, to be read and closed; undefined when they are not there, or are no file. */
  open(place: Place): Promise<{ readonly handle: FileHandle; readonly size: number } | undefined>
  /** Removes all that there is of an attachment. */
  remove(place: Place): Promise<void>
  /** Removes all but its bytes: what uploads left that did not end. */
  tidy(place: Place): Promise<void>
  /** Whose folder it is. */
  owner(folder: string): Promise<string | undefined>
  folders(): Promise<readonly string[]>
  list(folder: string): Promise<readonly Kept[]>
}

/** More bytes than there may be. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

// A link in the place of a file is not followed. Windows has no such flag.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const READ = constants.O_RDONLY | NO_FOLLOW
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW

/**
 * Opens a folder, and makes it when it is not there.
 *
 * @throws TypeError when it is no folder, or others can get into it.
 */
export function attachmentFolder(path: string): AttachmentFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const root = realpathSync(path)
  const stat = statSync(root)
  if (!stat.isDirectory()) throw new TypeError('The folder of attachments is no folder')
  // Windows has no such bits.
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
    throw new TypeError('The folder of attachments is open to others: make its mode 700')
  }

  function inside(folder: string, name = ''): string {
    if (!isFolder(folder)) throw new TypeError('This is no folder of attachments')
    return join(root, folder, name)
  }

  function fileOf({ folder, id }: Place, ending = ''): string {
    if (!isAttachmentId(id)) throw new TypeError('This is no id of an attachment')
    return inside(folder, `${id}${ending}`)
  }

  async function namesIn(folder: string): Promise<readonly string[]> {
    return readdir(inside(folder)).catch(unlessMissing([]))
  }

  async function list(folder: string): Promise<readonly Kept[]> {
    const found = new Map<string, Kept>()
    for (const name of await namesIn(folder)) {
      const id = name.split('.')[0] ?? ''
      if (!isAttachmentId(id)) continue
      const stat = await lstat(inside(folder, name)).catch(unlessMissing(undefined))
      if (!stat) continue
      const { bytes, changedAt } = found.get(id) ?? { bytes: 0, changedAt: 0 }
      found.set(id, {
        id,
        bytes: Math.max(bytes, stat.size),
        changedAt: Math.max(changedAt, stat.mtimeMs),
      })
    }
    return [...found.values()]
  }

  async function tidy({ folder, id }: Place): Promise<void> {
    for (const name of await namesIn(folder)) {
      if (name.startsWith(`${id}.`)) await rm(inside(folder, name), { force: true })
    }
  }

  async function ownerOf(folder: string): Promise<string | undefined> {
    const file = await open(inside(folder, 'owner'), READ).catch(unlessMissing(undefined))
    try {
      return await file?.readFile('utf8')
    } finally {
      await file?.close()
    }
  }

  /** Whole or not at all, and as it was if another request was faster. */
  async function own(folder: string, owner: string): Promise<void> {
    const part = inside(folder, `owner.${randomBytes(8).toString('hex')}`)
    try {
      await writeNew(part, async (file) => {
        await file.writeFile(owner)
        await file.sync()
      })
      await link(part, inside(folder, 'owner')).catch(unlessThere)
    } finally {
      await rm(part, { force: true })
    }
  }

  return {
    async reserve(place, owner, size): Promise<void> {
      await mkdir(inside(place.folder), { mode: 0o700 }).catch(unlessThere)
      if (!(await lstat(inside(place.folder))).isDirectory())
        throw new Error('An owner has something else than a folder')
      if ((await ownerOf(place.folder)) === undefined) await own(place.folder, owner)
      await writeNew(fileOf(place, '.new'), (file) => file.truncate(size))
    },
    release: (place) => rm(fileOf(place, '.new'), { force: true }),
    async usage(folder): Promise<Usage> {
      const kept = await list(folder)
      return { files: kept.length, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) }
    },
    async receive(place, source, most): Promise<Arrived> {
      const part = fileOf(place, `.${randomBytes(8).toString('hex')}.part`)
      const drop = () => rm(part, { force: true })
      let size = 0
      try {
        await writeNew(part, async (file) => {
          for await (const chunk of source) {
            size += chunk.length
            if (size > most) throw new TooLarge()
            await file.writeFile(chunk)
          }
          await file.sync()
        })
      } catch (error) {
        await drop()
        throw error
      }
      return {
        size,
        async keep(): Promise<'kept' | 'taken' | 'gone'> {
          try {
            // Unlike a rename, a link puts nothing in the place of what is there.
            await link(part, fileOf(place))
          } catch (error) {
            if (codeOf(error) === 'EEXIST') return 'taken'
            if (codeOf(error) === 'ENOENT') return 'gone'
            throw error
          } finally {
            await drop()
          }
          await syncFolder(inside(place.folder))
          return 'kept'
        },
        drop,
      }
    },
    async open(place): Promise<{ readonly handle: FileHandle; readonly size: number } | undefined> {
      let handle: FileHandle
      try {
        handle = await open(fileOf(place), READ)
      } catch (error) {
        // ELOOP: a link.
        if (['ENOENT', 'ELOOP', 'EMLINK'].includes(codeOf(error) ?? '')) return undefined
        throw error
      }
      const stat = await handle.stat()
      if (stat.isFile()) return { handle, size: stat.size }
      await handle.close()
      return undefined
    },
    async remove(place): Promise<void> {
      await rm(fileOf(place), { force: true })
      await tidy(place)
    },
    tidy,
    owner: ownerOf,
    folders: async () => (await readdir(root)).filter(isFolder),
    list,
  }
}

/** Writes a file that is not there yet; it is removed again when the writing fails. */
async function writeNew(
  path: string,
  write: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  const file = await open(path, CREATE, 0o600)
  try {
    await write(file)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** Makes the names in a folder outlive a loss of power, where the system has a way. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  try {
    await folder?.sync().catch(() => {})
  } finally {
    await folder?.close()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

function unlessMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return value
    throw error
  }
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}
