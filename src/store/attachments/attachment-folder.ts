// The bytes of attachments in a folder. It knows no records and decides nothing.
//
//   <folder>/owner             the owner of this folder (`principalKey`)
//   <folder>/<id>              the bytes, complete
//   <folder>/<id>.new          room reserved for bytes to come: a sparse file of the announced size
//   <folder>/<id>.<hex>.part   bytes that are arriving

import { randomBytes } from 'node:crypto'
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, syncFolder } from '../files.ts'
import { openRegular, readSmall, unlessMissing, unlessThere, writeNew } from './safe-files.ts'
import { isAttachmentId, isFolder, type Place } from './signed-links.ts'

/** Bytes that have arrived. Keep or drop them. */
export interface Arrived {
  readonly size: number
  /**
   * Makes the bytes the attachment's, all at once and for good. `taken`: it has bytes already.
   * `gone`: it was removed in the meantime.
   */
  keep(): Promise<'kept' | 'taken' | 'gone'>
  drop(): Promise<void>
}

/** What an owner has: attachments and bytes, reserved room included. */
export interface Usage {
  readonly files: number
  readonly bytes: number
}

/** What there is of one attachment. */
export interface Kept {
  readonly id: string
  readonly bytes: number
  /** When its newest file was written: milliseconds since the epoch. */
  readonly changedAt: number
}

/** A file that is open for reading. Close the handle. */
export interface OpenFile {
  readonly handle: FileHandle
  readonly size: number
}

/**
 * A folder. Every name in it is an id or a folder name that was checked. The name that a client
 * gives its file is never part of a path.
 */
export interface AttachmentFolder {
  /** Reserves room for `size` bytes. */
  reserve(place: Place, owner: string, size: number): Promise<void>
  /** Gives up reserved room. */
  release(place: Place): Promise<void>
  usage(folder: string): Promise<Usage>
  /**
   * Writes bytes as they arrive.
   *
   * @throws TooLarge after `maxBytes`; Error when the disk or the source fails. Nothing is left
   *   then.
   */
  receive(place: Place, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Arrived>
  /** The bytes; undefined when they are not there, or are not a regular file. */
  open(place: Place): Promise<OpenFile | undefined>
  /** Removes every file of an attachment. */
  remove(place: Place): Promise<void>
  /** Removes every file of an attachment but its bytes: what unfinished uploads left. */
  tidy(place: Place): Promise<void>
  /** The owner of a folder. */
  owner(folder: string): Promise<string | undefined>
  folders(): Promise<readonly string[]>
  list(folder: string): Promise<readonly Kept[]>
}

/** There were more bytes than allowed. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/**
 * Opens a folder, and makes it when it is missing.
 *
 * @throws TypeError when it is not a folder, or others can open it.
 */
export function attachmentFolder(path: string): AttachmentFolder {
  const root = openRoot(path)
  return {
    reserve: (place, owner, size) => reserve(root, place, owner, size),
    release: (place) => rm(pathOf(root, place, '.new'), { force: true }),
    async usage(folder): Promise<Usage> {
      const kept = await list(root, folder)
      return { files: kept.length, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) }
    },
    receive: (place, source, maxBytes) => receive(root, place, source, maxBytes),
    open: async (place) => openRegular(pathOf(root, place)),
    async remove(place): Promise<void> {
      await rm(pathOf(root, place), { force: true })
      await tidy(root, place)
    },
    tidy: (place) => tidy(root, place),
    owner: async (folder) => readSmall(inFolder(root, folder, 'owner')),
    folders: async () => (await readdir(root)).filter(isFolder),
    list: (folder) => list(root, folder),
  }
}

function openRoot(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const root = realpathSync(path)
  const stat = statSync(root)
  if (!stat.isDirectory()) throw new TypeError('The folder of attachments is not a folder')
  // Windows has no mode bits.
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0)
    throw new TypeError('The folder of attachments is open to others: set its mode to 700')
  return root
}

/** A path in an owner's folder. The check keeps every path inside the root. */
function inFolder(root: string, folder: string, name = ''): string {
  if (!isFolder(folder)) throw new TypeError('This is not a folder of attachments')
  return join(root, folder, name)
}

function pathOf(root: string, { folder, id }: Place, ending = ''): string {
  if (!isAttachmentId(id)) throw new TypeError('This is not an id of an attachment')
  return inFolder(root, folder, `${id}${ending}`)
}

async function namesIn(root: string, folder: string): Promise<readonly string[]> {
  return readdir(inFolder(root, folder)).catch(unlessMissing([]))
}

async function list(root: string, folder: string): Promise<readonly Kept[]> {
  const found = new Map<string, Kept>()
  for (const name of await namesIn(root, folder)) {
    const id = name.split('.')[0] ?? ''
    if (!isAttachmentId(id)) continue
    const stat = await lstat(inFolder(root, folder, name)).catch(unlessMissing(undefined))
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

async function tidy(root: string, { folder, id }: Place): Promise<void> {
  for (const name of await namesIn(root, folder)) {
    if (name.startsWith(`${id}.`)) await rm(inFolder(root, folder, name), { force: true })
  }
}

async function reserve(root: string, place: Place, owner: string, size: number): Promise<void> {
  const folder = inFolder(root, place.folder)
  await mkdir(folder, { mode: 0o700 }).catch(unlessThere)
  if (!(await lstat(folder)).isDirectory())
    throw new Error("There is something else in the place of an owner's folder")
  if ((await readSmall(join(folder, 'owner'))) === undefined) await writeOwner(folder, owner)
  await writeNew(pathOf(root, place, '.new'), (file) => file.truncate(size))
}

/** Writes the owner file in one step. If another request was first, its file stays. */
async function writeOwner(folder: string, owner: string): Promise<void> {
  const part = join(folder, `owner.${randomBytes(8).toString('hex')}`)
  try {
    await writeNew(part, async (file) => {
      await file.writeFile(owner)
      await file.sync()
    })
    await link(part, join(folder, 'owner')).catch(unlessThere)
  } finally {
    await rm(part, { force: true })
  }
}

async function receive(
  root: string,
  place: Place,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Arrived> {
  const part = pathOf(root, place, `.${randomBytes(8).toString('hex')}.part`)
  const drop = () => rm(part, { force: true })
  let size = 0
  try {
    await writeNew(part, async (file) => {
      for await (const chunk of source) {
        size += chunk.length
        if (size > maxBytes) throw new TooLarge()
        await file.writeFile(chunk)
      }
      await file.sync()
    })
  } catch (error) {
    await drop()
    throw error
  }
  return { size, keep: () => keep(root, place, part), drop }
}

async function keep(root: string, place: Place, part: string): Promise<'kept' | 'taken' | 'gone'> {
  try {
    // Unlike a rename, a link never replaces what is there.
    await link(part, pathOf(root, place))
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return 'taken'
    if (errorCode(error) === 'ENOENT') return 'gone'
    throw error
  } finally {
    await rm(part, { force: true })
  }
  await syncFolder(inFolder(root, place.folder))
  return 'kept'
}
