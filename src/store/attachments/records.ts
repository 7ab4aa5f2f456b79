// Finds the record of an attachment, and checks whose it is.

import type { OwnedAttachment } from '../../chatkit/threads/thread-store.ts'
import type { AttachmentParts } from './parts.ts'
import { isFolder, type Place } from './signed-links.ts'

/**
 * The record that one of our links leads to.
 *
 * @returns undefined unless the record belongs to the owner of the folder in the link.
 */
export async function recordAt(
  place: Place,
  { folder, store }: AttachmentParts,
): Promise<OwnedAttachment | undefined> {
  const owner = await folder.owner(place.folder)
  const record = owner === undefined ? undefined : await store.attachment(owner, place.id)
  return record?.owner === owner && record?.id === place.id ? record : undefined
}

/**
 * Where the bytes of a person's attachment are.
 *
 * @param owner `principalKey` of the person.
 * @returns undefined when it is not theirs, or its bytes have not come yet.
 */
export async function ownPlace(
  owner: string,
  id: string,
  { store }: AttachmentParts,
): Promise<Place | undefined> {
  const record = await store.attachment(owner, id)
  const folder = record?.metadata.folder
  if (record?.owner !== owner || record.id !== id || record.upload_descriptor) return undefined
  return typeof folder === 'string' && isFolder(folder) ? { folder, id } : undefined
}
