// The storage that the ChatKit server is given: chatkit's port over the folder and its links.

import type { Attachment } from '../../chatkit/protocol/item.ts'
import type { AttachmentStorage, StoredAttachment } from '../../chatkit/threads/attachment.ts'
import { announce } from './announce.ts'
import type { AttachmentParts } from './parts.ts'
import { isFolder, type Place } from './signed-links.ts'

/** The storage. `onCreate` is called before each announced upload. */
export function folderStorage(
  parts: AttachmentParts,
  onCreate: () => void,
): Required<AttachmentStorage> {
  const { folder, links } = parts
  return {
    async create(announced): Promise<StoredAttachment> {
      onCreate()
      return announce(announced, parts)
    },
    async remove({ id, metadata }): Promise<void> {
      const name = metadata.folder
      if (typeof name === 'string' && isFolder(name)) await folder.remove({ folder: name, id })
    },
    present(attachment): Attachment {
      const place = attachment.type === 'image' ? links.read(attachment.preview_url) : undefined
      return place
        ? { ...attachment, type: 'image', preview_url: signDownload(place, parts) }
        : attachment
    },
    isUploaded: ({ upload_descriptor }) => upload_descriptor === undefined,
  }
}

/**
 * Signs a link to the bytes, good for between half of its lifetime and all of it. Within half a
 * lifetime the link stays the same, so that a page that draws an image again has it in its cache.
 */
export function signDownload(place: Place, { links, lifetimes, now }: AttachmentParts): string {
  const half = Math.floor(lifetimes.download / 2)
  const until = (Math.floor(now() / 1000 / half) + 2) * half
  return links.sign(place, 'download', until)
}
