// Attachments: the stored record, the part that a client may see, and the port to the storage of
// the bytes.

import type { Attachment } from '../protocol/item.ts'
import type { JsonObject } from '../protocol/json.ts'

/** The record of an attachment. Its bytes are in an {@link AttachmentStorage}. */
export type StoredAttachment = Attachment & {
  /** The number of bytes, as announced or as received. */
  readonly size: number
  /** Notes of the app and the storage. They are never sent to a client. Keep no credential here. */
  readonly metadata: JsonObject
}

/** An upload that a client announces. */
export interface AttachmentAnnounced {
  readonly name: string
  /** The number of bytes. */
  readonly size: number
  readonly mime_type: string
  /** `principalKey` of the person who will own it. */
  readonly owner: string
}

/** The port: where the bytes are kept. `onbehalf/store` has one on disk. */
export interface AttachmentStorage {
  /**
   * Makes the record of an upload to come, with the `upload_descriptor` for it.
   *
   * @throws ChatkitStreamError with a text for the person when it is too large or its type is not
   *   accepted. The client then gets a 400.
   */
  create(announced: AttachmentAnnounced): Promise<StoredAttachment>
  /**
   * Removes the bytes. It is called after ownership was proved and before the record is deleted.
   * Bytes that are gone already are no error.
   */
  remove(attachment: StoredAttachment): Promise<void>
  /**
   * What a client gets, made anew for each answer, so that it can hold fresh URLs. It must not wait
   * for anything. Default: the stored form.
   */
  present?(attachment: Attachment): Attachment
  /** Whether all bytes have arrived, so that a message can use it. Default: yes. */
  isUploaded?(attachment: StoredAttachment): boolean
}

/** The form for a client: only the fields that it may see. */
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
