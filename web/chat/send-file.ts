// Sends one file to where the server keeps attachments, in one of two ways.

import type { Attachment } from '../../src/chatkit/protocol/item.ts'
import { parseUpload, parseUploaded } from '../client/parse.ts'
import { Unreachable } from '../client/refused.ts'
import type { Uploader } from '../client/upload.ts'
import type { Wire } from '../client/wire.ts'

/** Whether and how files can be attached. */
export interface AttachmentOptions {
  /**
   * `two-phase` (the default): the server is told about the file and says where the bytes go.
   * `direct`: the file goes to `url`, as the field `file` of a form.
   */
  readonly strategy?: 'two-phase' | 'direct'
  readonly url?: string
  /** As in `<input accept>`: types and file endings. Default: all. */
  readonly accept?: string
  /** Bytes of one file: of any, or by MIME type (`image/*`), with `*` for the rest. Default 100 MiB. */
  readonly maxBytes?: number | Readonly<Record<string, number>>
  /** Files of one message. Default 10. */
  readonly maxCount?: number
}

/** What sending needs. */
export interface FileSender {
  readonly wire: Wire
  readonly upload: Uploader
  /** The endpoint's URL. Relative addresses start from it. */
  readonly base: () => string
  readonly options: () => AttachmentOptions | undefined
}

/** One file to send. */
export interface FileToSend {
  readonly file: File
  readonly signal: AbortSignal
  /** From 0 to 1. */
  readonly onProgress: (share: number) => void
}

/** Sends the file and returns it as an attachment. @throws Refused, Unreachable */
export async function sendFile(sender: FileSender, sending: FileToSend): Promise<Attachment> {
  return sender.options()?.strategy === 'direct'
    ? await sendDirect(sender, sending)
    : await sendAnnounced(sender, sending)
}

/**
 * Tells the server to forget the file, which belongs to no message. If that fails, the server
 * cleans up by itself.
 */
export function forgetAttachment(wire: Wire, { id }: Attachment): void {
  wire.ask('attachments.delete', { attachment_id: id }).catch(() => undefined)
}

async function sendAnnounced(
  sender: FileSender,
  { file, ...sending }: FileToSend,
): Promise<Attachment> {
  const { wire, upload } = sender
  const { name, size, type } = file
  const params = { name, size, mime_type: type || 'application/octet-stream' }
  const announced = parseUpload(await wire.ask('attachments.create', params, sending.signal))
  if (!announced) throw new Unreachable()
  const { attachment, to } = announced
  if (!to) return attachment
  try {
    await upload({ ...to, ...sending, url: resolveTarget(sender, to.url).href, body: file })
  } catch (error) {
    forgetAttachment(wire, attachment)
    throw error
  }
  return attachment
}

async function sendDirect(
  sender: FileSender,
  { file, ...sending }: FileToSend,
): Promise<Attachment> {
  const { wire, upload, options } = sender
  const url = resolveTarget(sender, options()?.url ?? '')
  const body = new FormData()
  body.append('file', file)
  const headers = await wire.headersFor(url)
  const text = await upload({ ...sending, url: url.href, method: 'POST', headers, body })
  const attachment = parseUploaded(text)
  if (!attachment) throw new Unreachable()
  return attachment
}

function resolveTarget({ base }: FileSender, url: string): URL {
  const target = URL.parse(url, base())
  if (!target || !/^https?:$/.test(target.protocol)) throw new Unreachable()
  return target
}
