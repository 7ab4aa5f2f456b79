// Takes the bytes of an attachment: by PUT to a signed link of an announced upload, or in a form
// from a person who is signed in.

import type { StoredAttachment } from '../../chatkit/threads/attachment.ts'
import type { OwnedAttachment } from '../../chatkit/threads/thread-store.ts'
import { granted, type Result } from '../../core/errors.ts'
import { makeRecord, newPlace, reserve } from './announce.ts'
import { type FormFile, MAX_FORM_OVERHEAD_BYTES, takeFormFile } from './form-file.ts'
import { plainType } from './media-types.ts'
import type { AttachmentParts } from './parts.ts'
import { recordAt } from './records.ts'
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

/** What became of an upload: the stored attachment, or why there is none. */
export type Upload = Result<StoredAttachment, Refused>

/** Takes the bytes of an announced upload. `url` is the request's own: it must be a signed link. */
export async function takeUpload(
  request: Request,
  url: URL,
  parts: AttachmentParts,
): Promise<Upload> {
  const { links, now, underWay } = parts
  const place = links.verify(url, 'upload', Math.floor(now() / 1000))
  const record = place && (await recordAt(place, parts))
  if (!record) return refused(NOT_FOUND)
  if (!record.upload_descriptor) return refused(UPLOADED)
  if (plainType(request.headers.get('content-type')) !== record.mime_type)
    return refused(WRONG_TYPE)
  if (Number(request.headers.get('content-length') ?? 0) > record.size) return refused(TOO_LARGE)
  // Every upload writes to a file of its own. Many at once for one announced attachment could fill
  // the disk, so there is one at a time.
  if (underWay.has(place.id)) return refused(UNDER_WAY)
  underWay.add(place.id)
  try {
    return await receiveAnnounced(request, place, record, parts)
  } catch (error) {
    return fail(error, parts)
  } finally {
    underWay.delete(place.id)
  }
}

async function receiveAnnounced(
  request: Request,
  place: Place,
  record: OwnedAttachment,
  parts: AttachmentParts,
): Promise<Upload> {
  const { folder } = parts
  const arrived = await folder.receive(place, chunksOf(request), record.size)
  if (arrived.size !== record.size) {
    await arrived.drop()
    return refused(INCOMPLETE)
  }
  const kept = await arrived.keep()
  // The person may have deleted the attachment while its bytes were coming.
  const current = kept === 'gone' ? undefined : await recordAt(place, parts)
  if (!current) {
    await folder.remove(place)
    return refused(NOT_FOUND)
  }
  // When the bytes were there already (`taken`), they are complete, but the record may still say
  // that they are to come: another upload, or its process, ended between the two writes.
  const uploaded = await markUploaded(place, current, parts)
  return kept === 'kept' ? uploaded : refused(UPLOADED)
}

async function markUploaded(
  place: Place,
  record: OwnedAttachment,
  { store, folder }: AttachmentParts,
): Promise<Upload> {
  const { owner, upload_descriptor: _, ...stored } = record
  if (!(await store.saveAttachment(owner, stored))) return refused(NOT_FOUND)
  await folder.release(place)
  return granted(stored)
}

/** Takes the file of a form. `owner` is the `principalKey` of a verified credential. */
export async function takeForm(
  request: Request,
  owner: string,
  parts: AttachmentParts,
): Promise<Upload> {
  const { folder, limits } = parts
  const contentType = request.headers.get('content-type') ?? ''
  if (plainType(contentType) !== 'multipart/form-data')
    return refused({ ...WRONG_TYPE, message: 'Send the file in a form.' })
  const announced = Number(request.headers.get('content-length') ?? Number.POSITIVE_INFINITY)
  if (Number.isFinite(announced) && announced > limits.bytes + MAX_FORM_OVERHEAD_BYTES)
    return refused(TOO_LARGE)
  const maxBytes = Math.min(limits.bytes, announced >= 0 ? announced : limits.bytes)
  const place = newPlace(owner, parts)
  let isSaved = false
  try {
    if (!(await reserve(place, owner, maxBytes, parts))) return refused(NO_ROOM)
    const uploaded = await takeFormFile(contentType, chunksOf(request), maxBytes, (file) =>
      keepFile(place, owner, maxBytes, file, parts),
    )
    isSaved = uploaded?.ok === true
    return uploaded ?? refused(NO_FILE)
  } catch (error) {
    return fail(error, parts)
  } finally {
    if (!isSaved) await folder.remove(place).catch(parts.onError)
  }
}

async function keepFile(
  place: Place,
  owner: string,
  maxBytes: number,
  { name, mediaType, bytes }: FormFile,
  parts: AttachmentParts,
): Promise<Upload> {
  const { folder, store, types } = parts
  const type = plainType(mediaType)
  if (type === undefined || !types.has(type)) throw new WrongType()
  const arrived = await folder.receive(place, bytes, maxBytes)
  if ((await arrived.keep()) !== 'kept') return refused(NOT_FOUND)
  const record = makeRecord(place, name, type, arrived.size, parts)
  if (!(await store.saveAttachment(owner, record))) return refused(NOT_FOUND)
  await folder.release(place)
  return granted(record)
}

/** Thrown, not returned: so the rest of the form is not read. */
class WrongType extends Error {
  override readonly name = 'WrongType'
}

function refused(why: Refused): Upload {
  return { ok: false, refusal: why }
}

function fail(error: unknown, { onError }: AttachmentParts): Upload {
  if (error instanceof WrongType) return refused(WRONG_TYPE)
  const { refused: why, unexpected } = refusalOf(error)
  if (unexpected) onError(error)
  return refused(why)
}
