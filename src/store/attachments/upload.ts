// How bytes come: announced before, by PUT to a signed link, or all at once in a form of somebody who is signed in.

import { randomId } from '../../chatkit/protocol/id.ts'
import { ChatkitStreamError } from '../../chatkit/runs/stream-error.ts'
import {
  type AttachmentAnnounced,
  type StoredAttachment,
  wireAttachment,
} from '../../chatkit/threads/attachment.ts'
import type { OwnedAttachment } from '../../chatkit/threads/thread-store.ts'
import type { AttachmentParts } from './disk-attachments.ts'
import { AROUND, takeFormFile } from './form-file.ts'
import { cleanName, isShown, plainType } from './media-types.ts'
import {
  INCOMPLETE,
  NO_FILE,
  NO_ROOM,
  NOT_FOUND,
  type Refused,
  refusalOf,
  TOO_LARGE,
  UNDER_WAY,
  UPLOADED,
  WRONG_TYPE,
} from './refusals.ts'
import type { Place } from './signed-links.ts'
import { chunksOf } from './timed-body.ts'

/** What became of an upload: the attachment as a client sees it, or why there is none. */
export type Uploaded =
  | { readonly ok: true; readonly attachment: object }
  | { readonly ok: false; readonly refused: Refused }

/** Makes the record of an upload to come, and keeps a place for it. */
export async function announce(
  { name, size, mime_type, owner }: AttachmentAnnounced,
  parts: AttachmentParts,
): Promise<StoredAttachment> {
  const { limits, types, links, now, lifetimes } = parts
  const type = plainType(mime_type || 'application/octet-stream')
  if (type === undefined || !types.has(type))
    throw new ChatkitStreamError({ text: WRONG_TYPE.message })
  if (size > limits.bytes) throw new ChatkitStreamError({ text: TOO_LARGE.message })
  const place = { folder: links.folderOf(owner), id: randomId('atc_') }
  if (!(await reserve(place, owner, size, parts)))
    throw new ChatkitStreamError({ text: NO_ROOM.message })
  const until = Math.floor(now() / 1000) + lifetimes.upload
  const upload_descriptor = {
    url: links.sign(place, 'upload', until),
    method: 'PUT',
    headers: { 'content-type': type },
  } as const
  return { ...recordOf(place, cleanName(name), type, size, parts), upload_descriptor }
}

/** Keeps a place, if the person has room for it. */
async function reserve(
  place: Place,
  owner: string,
  size: number,
  { folder, limits }: AttachmentParts,
): Promise<boolean> {
  await folder.reserve(place, owner, size)
  // Only now: of several at once, each sees the others.
  const { files, bytes } = await folder.usage(place.folder)
  if (files <= limits.personFiles && bytes <= limits.personBytes) return true
  await folder.release(place)
  return false
}

function recordOf(
  place: Place,
  name: string,
  mime_type: string,
  size: number,
  { links }: AttachmentParts,
): StoredAttachment {
  const common = { id: place.id, name, mime_type, size, metadata: { folder: place.folder } }
  return isShown(mime_type)
    ? { ...common, type: 'image', preview_url: links.plain(place) }
    : { ...common, type: 'file' }
}

/** Takes the bytes of an upload that was announced. */
export async function takeUpload(
  request: Request,
  url: URL,
  parts: AttachmentParts,
): Promise<Uploaded> {
  const { links, folder, now, underWay } = parts
  const place = links.verify(url, 'upload', Math.floor(now() / 1000))
  const record = place && (await recordAt(place, parts))
  if (!record) return refused(NOT_FOUND)
  if (!record.upload_descriptor) return refused(UPLOADED)
  if (plainType(request.headers.get('content-type')) !== record.mime_type)
    return refused(WRONG_TYPE)
  if (Number(request.headers.get('content-length') ?? 0) > record.size) return refused(TOO_LARGE)
  // Each is written to a file of its own: so many at once could fill the disk with what was announced once.
  if (underWay.has(place.id)) return refused(UNDER_WAY)
  underWay.add(place.id)
  try {
    const arrived = await folder.receive(place, chunksOf(request), record.size)
    if (arrived.size !== record.size) {
      await arrived.drop()
      return refused(INCOMPLETE)
    }
    const kept = await arrived.keep()
    // It may have been deleted in the meantime.
    const current = kept === 'gone' ? undefined : await recordAt(place, parts)
    if (!current) {
      await folder.remove(place)
      return refused(NOT_FOUND)
    }
    // Bytes that were there already are whole, and the record of them may not have been: another upload, or a process, ended in between.
    const uploaded = await complete(place, current, parts)
    return kept === 'kept' ? uploaded : refused(UPLOADED)
  } catch (error) {
    return failed(error, parts)
  } finally {
    underWay.delete(place.id)
  }
}

async function complete(
  place: Place,
  record: OwnedAttachment,
  { store, folder, storage }: AttachmentParts,
): Promise<Uploaded> {
  const { owner, upload_descriptor: _, ...stored } = record
  if (!(await store.saveAttachment(owner, stored))) return refused(NOT_FOUND)
  await folder.release(place)
  return { ok: true, attachment: wireAttachment(stored, storage) }
}

/** Takes the file of a form, of an owner (`principalKey`) whose credential was verified. */
export async function takeForm(
  request: Request,
  owner: string,
  parts: AttachmentParts,
): Promise<Uploaded> {
  const { links, folder, limits } = parts
  const contentType = request.headers.get('content-type') ?? ''
  if (plainType(contentType) !== 'multipart/form-data')
    return refused({ ...WRONG_TYPE, message: 'Send the file in a form.' })
  const announced = Number(request.headers.get('content-length') ?? Number.POSITIVE_INFINITY)
  if (Number.isFinite(announced) && announced > limits.bytes + AROUND) return refused(TOO_LARGE)
  const most = Math.min(limits.bytes, announced >= 0 ? announced : limits.bytes)
  const place = { folder: links.folderOf(owner), id: randomId('atc_') }
  let saved = false
  try {
    if (!(await reserve(place, owner, most, parts))) return refused(NO_ROOM)
    const uploaded = await takeFormFile(
      contentType,
      chunksOf(request),
      most,
      ({ name, mediaType, bytes }) =>
        keepFile(place, owner, most, { name, mediaType, bytes }, parts),
    )
    saved = uploaded?.ok === true
    return uploaded ?? refused(NO_FILE)
  } catch (error) {
    return failed(error, parts)
  } finally {
    if (!saved) await folder.remove(place).catch(parts.onError)
  }
}

async function keepFile(
  place: Place,
  owner: string,
  most: number,
  file: {
    readonly name: string
    readonly mediaType: string
    readonly bytes: AsyncIterable<Uint8Array>
  },
  parts: AttachmentParts,
): Promise<Uploaded> {
  const { folder, store, storage, types } = parts
  const type = plainType(file.mediaType)
  if (type === undefined || !types.has(type)) throw new WrongType()
  const arrived = await folder.receive(place, file.bytes, most)
  if ((await arrived.keep()) !== 'kept') return refused(NOT_FOUND)
  const record = recordOf(place, cleanName(file.name), type, arrived.size, parts)
  if (!(await store.saveAttachment(owner, record))) return refused(NOT_FOUND)
  await folder.release(place)
  return { ok: true, attachment: wireAttachment(record, storage) }
}

class WrongType extends Error {
  override readonly name = 'WrongType'
}

/** The record that a link of ours leads to: found under the owner of its folder, and nobody else's. */
export async function recordAt(
  place: Place,
  { folder, store }: AttachmentParts,
): Promise<OwnedAttachment | undefined> {
  const owner = await folder.owner(place.folder)
  const record = owner === undefined ? undefined : await store.attachment(owner, place.id)
  return record?.owner === owner && record?.id === place.id ? record : undefined
}

function refused(why: Refused): Uploaded {
  return { ok: false, refused: why }
}

function failed(error: unknown, { onError }: AttachmentParts): Uploaded {
  if (error instanceof WrongType) return refused(WRONG_TYPE)
  const { refused: why, unexpected } = refusalOf(error)
  if (unexpected) onError(error)
  return refused(why)
}
