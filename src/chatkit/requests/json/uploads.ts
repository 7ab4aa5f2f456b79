// The requests for what the person brings along: attachments, and recordings that become text.

import { granted, type Result } from '../../../core/errors.ts'
import type { ChatCaller } from '../../options.ts'
import {
  invalid,
  NOT_FOUND,
  payloadTooLarge,
  refuse,
  UNSUPPORTED,
  type WireRefusal,
} from '../../protocol/refusal.ts'
import type { JsonParams } from '../../protocol/request.ts'
import { wireAttachment } from '../../threads/attachment.ts'
import { decodeBase64Strict, mediaTypeOf } from '../transcription.ts'
import { withPersonalError } from './app-errors.ts'
import type { JsonServer } from './json-server.ts'

/** Announces a file. The answer says where its bytes go. */
export async function createAttachment<C extends ChatCaller>(
  params: JsonParams['attachments.create'],
  { threads, attachments: storage }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  if (!storage) return refuse(UNSUPPORTED)
  const created = await withPersonalError(() => storage.create({ ...params, owner: threads.owner }))
  if (!created.ok) return created
  if (!(await threads.saveAttachment(created.value)))
    throw new Error('The attachment storage gave an id that is used already')
  return granted(wireAttachment(created.value, storage))
}

/** Removes a file of the caller, its bytes first. */
export async function deleteAttachment<C extends ChatCaller>(
  id: string,
  { threads, attachments: storage }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  const attachment = storage && (await threads.attachment(id))
  if (!attachment) return refuse(NOT_FOUND)
  await storage.remove(attachment)
  await threads.deleteAttachment(id)
  return granted({})
}

/** Turns a recording into text. */
export async function transcribe<C extends ChatCaller>(
  { audio_base64, mime_type: mimeType }: JsonParams['input.transcribe'],
  { transcribe: write, limits, caller, signal }: JsonServer<C>,
): Promise<Result<unknown, WireRefusal>> {
  if (!write) return refuse(UNSUPPORTED)
  const mediaType = mediaTypeOf(mimeType)
  if (mediaType === undefined) return refuse(invalid('mime_type names no kind of recording.'))
  const audio = decodeBase64Strict(audio_base64)
  if (!audio) return refuse(invalid('audio_base64 is not base64.'))
  if (audio.length > limits.audioBytes) {
    return refuse(payloadTooLarge(`The recording is larger than ${limits.audioBytes} bytes.`))
  }
  const text = await withPersonalError(() => write({ audio, mimeType, mediaType, caller, signal }))
  return text.ok ? granted({ text: text.value }) : text
}
