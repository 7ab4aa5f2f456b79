// Attachments: what is kept of one, what a client may see of it, and the port to wherever the bytes are.

import type { Attachment } from '../protocol/item.ts'
import type { JsonObject } from '../protocol/json.ts'

/** An attachment as it is stored. Its bytes are elsewhere. */
export type StoredAttachment = Attachment & {
  /** Bytes, as announced or as received. */
  readonly size: number
  /** The app's and the storage's own notes. Never sent to a client, and no place for a credential. */
  readonly metadata: JsonObject
}

/** An upload that a client announces. */
export interface AttachmentAnnounced {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly mime_type: string
  /** `principalKey` of the person whose it will be. */
  readonly owner: string
}

/** Where the bytes are. `onbehalf/store` has one on disk. */
export interface AttachmentStorage {
  /**
   * Makes the record of an upload to come, with the `upload_descriptor` for it.
   *
   * @throws ChatkitStreamError with a text for the person when it is too large, or of a type that is not taken: the client is answered 400.
   */
  create(announced: AttachmentAnnounced): Promise<StoredAttachment>
  /** Removes the bytes. Called after ownership was proved, and before the record goes; what is gone already is no error. */
  remove(attachment: StoredAttachment): Promise<void>
  /** What a client is sent, at each time that it is: a place for fresh URLs. Asks nobody. Default: as it is stored. */
  present?(attachment: Attachment): Attachment
  /** Whether its bytes have come, so that it may go with a message. Default: yes. */
  isUploaded?(attachment: StoredAttachment): boolean
}

/** The wire form: the fields that a client may see. */
export function wireAttachment(attachment: Attachment, storage?: AttachmentStorage): Attachment {
  const { id, name, mime_type, upload_descriptor, thread_id } = attachment
  const common = {
    id,
    name,
    mime_type,
    ...(upload_descriptor === undefined ? {} : { upload_descriptor }),
    ...(thread_id === undefined ? {} : { thread_id }),
  }
  const wire: Attachment =
    attachment.type === 'image'
      ? { ...common, type: attachment.type, preview_url: attachment.preview_url }
      : { ...common, type: attachment.type }
  return storage?.present?.(wire) ?? wire
}
