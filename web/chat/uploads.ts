// The files that go with the next message: checked, announced, sent with progress, taken away again. It draws nothing.

import type { Attachment } from '../../src/chatkit/protocol/item.ts'
import { parseUpload } from '../client/parse.ts'
import { parseAttachment } from '../client/parse-item.ts'
import { Refused, Unreachable } from '../client/refused.ts'
import type { Uploader } from '../client/upload.ts'
import type { Wire } from '../client/wire.ts'

/** Whether and how files can be attached. */
export interface AttachmentOptions {
  /** `two-phase` (the default): announced to the server, which says where the bytes go. `direct`: sent to `url` as a form's `file`. */
  readonly strategy?: 'two-phase' | 'direct'
  readonly url?: string
  /** As in `<input accept>`: types and file endings. Default: all. */
  readonly accept?: string
  /** Bytes of one file. Default 100 MiB. */
  readonly maxBytes?: number
  /** Files of one message. Default 10. */
  readonly maxCount?: number
}

/** One file on its way. */
export interface UploadState {
  readonly key: string
  readonly name: string
  /** From 0 to 1. */
  readonly share: number
  readonly state: 'sending' | 'ready' | 'failed'
}

/** Why a file is not taken. */
export type UploadProblem =
  | { readonly why: 'size' | 'type' | 'failed'; readonly name: string; readonly message: string }
  | { readonly why: 'count' }

/** The files of the next message. */
export interface Uploads {
  readonly states: readonly UploadState[]
  add(files: readonly File[]): void
  remove(key: string): void
  /** The files that are there, for a message; and none any more. */
  take(): readonly Attachment[]
  /** Stops what is on its way. */
  clear(): void
}

interface Entry {
  readonly key: string
  readonly name: string
  readonly controller: AbortController
  share: number
  attachment: Attachment | undefined
  failed: boolean
}

/** The limits, with their defaults. */
export function limitsOf({
  maxBytes = 100 * 1024 * 1024,
  maxCount = 10,
  accept = '',
}: AttachmentOptions): Required<Pick<AttachmentOptions, 'maxBytes' | 'maxCount' | 'accept'>> {
  return { maxBytes, maxCount, accept }
}

/** Makes an empty list of files. */
export function createUploads(parts: {
  readonly wire: Wire
  readonly upload: Uploader
  readonly newId: () => string
  /** The endpoint's URL, which relative ones start from. */
  readonly base: () => string
  readonly options: () => AttachmentOptions | undefined
  readonly changed: () => void
  readonly problem: (problem: UploadProblem) => void
}): Uploads {
  const { wire, upload, newId, options, changed, problem } = parts
  let entries: readonly Entry[] = []

  async function send(entry: Entry, file: File): Promise<void> {
    const { signal } = entry.controller
    const onProgress = (share: number) => {
      entry.share = share
      if (!signal.aborted) changed()
    }
    try {
      const sent =
        options()?.strategy === 'direct'
          ? await sendDirect(file, signal, onProgress)
          : await sendAnnounced(file, signal, onProgress)
      // Taken away while the last byte was on its way.
      if (signal.aborted) return forget(sent)
      entry.attachment = sent
    } catch (error) {
      if (signal.aborted) return
      entry.failed = true
      problem({
        why: 'failed',
        name: file.name,
        message: error instanceof Refused ? error.message : '',
      })
    }
    changed()
  }

  async function sendAnnounced(
    file: File,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<Attachment> {
    const params = {
      name: file.name,
      size: file.size,
      mime_type: file.type || 'application/octet-stream',
    }
    const announced = parseUpload(await wire.ask('attachments.create', params, signal))
    if (!announced) throw new Unreachable()
    const { attachment, to } = announced
    if (!to) return attachment
    try {
      await upload({ ...to, url: target(to.url).href, body: file, signal, onProgress })
    } catch (error) {
      forget(attachment)
      throw error
    }
    return attachment
  }

  async function sendDirect(
    file: File,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<Attachment> {
    const url = target(options()?.url ?? '')
    const body = new FormData()
    body.append('file', file)
    const headers = await wire.headersFor(url)
    const attachment = parseAttachment(
      JSON.parse(
        await upload({ url: url.href, method: 'POST', headers, body, signal, onProgress }),
      ),
    )
    if (!attachment) throw new Unreachable()
    return attachment
  }

  function target(url: string): URL {
    const address = new URL(url, parts.base())
    if (address.protocol !== 'https:' && address.protocol !== 'http:') throw new Unreachable()
    return address
  }

  /** The server keeps no file that goes with no message; one that it cannot forget now is its own affair. */
  function forget(attachment: Attachment): void {
    wire.ask('attachments.delete', { attachment_id: attachment.id }).catch(() => undefined)
  }

  return {
    get states() {
      return entries.map(
        ({ key, name, share, attachment, failed }): UploadState => ({
          key,
          name,
          share,
          state: failed ? 'failed' : attachment ? 'ready' : 'sending',
        }),
      )
    },
    add(files) {
      const given = options()
      if (!given) return
      const { maxBytes, maxCount, accept } = limitsOf(given)
      for (const file of files) {
        if (entries.length >= maxCount) {
          problem({ why: 'count' })
          break
        }
        if (file.size > maxBytes) problem({ why: 'size', name: file.name, message: '' })
        else if (!isAccepted(file, accept)) problem({ why: 'type', name: file.name, message: '' })
        else {
          const controller = new AbortController()
          const entry: Entry = {
            key: newId(),
            name: file.name,
            controller,
            share: 0,
            attachment: undefined,
            failed: false,
          }
          entries = [...entries, entry]
          void send(entry, file)
        }
      }
      changed()
    },
    remove(key) {
      const entry = entries.find((one) => one.key === key)
      entries = entries.filter((one) => one !== entry)
      entry?.controller.abort()
      if (entry?.attachment) forget(entry.attachment)
      changed()
    },
    take() {
      const taken = entries.flatMap(({ attachment }) => attachment ?? [])
      entries = []
      changed()
      return taken
    },
    clear() {
      for (const { controller } of entries) controller.abort()
      entries = []
      changed()
    },
  }
}

/** As a browser's file dialog judges `accept`; dropped and pasted files do not pass it. */
function isAccepted({ name, type }: File, accept: string): boolean {
  const wanted = accept.split(',').flatMap((one) => one.trim().toLowerCase() || [])
  return (
    wanted.length === 0 ||
    wanted.some((one) => {
      if (one.startsWith('.')) return name.toLowerCase().endsWith(one)
      return one.endsWith('/*') ? type.startsWith(one.slice(0, -1)) : type === one
    })
  )
}
