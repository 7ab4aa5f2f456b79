// Makes the record of an attachment, and reserves room for its bytes.

import { randomId } from '../../chatkit/protocol/id.ts'
import { ChatkitStreamError } from '../../chatkit/runs/stream-error.ts'
import type { AttachmentAnnounced, StoredAttachment } from '../../chatkit/threads/attachment.ts'
import { cleanName, isShown, plainType } from './media-types.ts'
import type { AttachmentParts } from './parts.ts'
import { NO_ROOM, TOO_LARGE, WRONG_TYPE } from './refusals.ts'
import type { Place } from './signed-links.ts'

/**
 * Makes the record of an announced upload, with a signed link for its bytes.
 *
 * @throws ChatkitStreamError with a text for the person, when the type or the size is refused or
 * their room is used up.
 */
export async function announce(
  { name, size, mime_type, owner }: AttachmentAnnounced,
  parts: AttachmentParts,
): Promise<StoredAttachment> {
  const { limits, types, links, now, lifetimes } = parts
  const type = plainType(mime_type || 'application/octet-stream')
  if (type === undefined || !types.has(type))
    throw new ChatkitStreamError({ text: WRONG_TYPE.message })
  if (size > limits.bytes) throw new ChatkitStreamError({ text: TOO_LARGE.message })
  const place = newPlace(owner, parts)
  if (!(await reserve(place, owner, size, parts)))
    throw new ChatkitStreamError({ text: NO_ROOM.message })
  const until = Math.floor(now() / 1000) + lifetimes.upload
  const upload_descriptor = {
    url: links.sign(place, 'upload', until),
    method: 'PUT',
    headers: { 'content-type': type },
  } as const
  return { ...makeRecord(place, name, type, size, parts), upload_descriptor }
}

/** A place for a new attachment of an owner (`principalKey`). */
export function newPlace(owner: string, { links }: AttachmentParts): Place {
  return { folder: links.folderOf(owner), id: randomId('atc_') }
}

/**
 * Reserves room for an upload.
 *
 * @param size Bytes.
 * @returns Whether the person has that much room left. If not, nothing stays reserved.
 */
export async function reserve(
  place: Place,
  owner: string,
  size: number,
  { folder, limits }: AttachmentParts,
): Promise<boolean> {
  await folder.reserve(place, owner, size)
  // Reserve first, count second: so of several uploads at once, each counts the others.
  const { files, bytes } = await folder.usage(place.folder)
  if (files <= limits.personFiles && bytes <= limits.personBytes) return true
  await folder.release(place)
  return false
}

/** The record of an attachment, ready to be stored. */
export function makeRecord(
  place: Place,
  name: string,
  mime_type: string,
  size: number,
  { links }: AttachmentParts,
): StoredAttachment {
  const metadata = { folder: place.folder }
  const common = { id: place.id, name: cleanName(name), mime_type, size, metadata }
  return isShown(mime_type)
    ? { ...common, type: 'image', preview_url: links.plain(place) }
    : { ...common, type: 'file' }
}
