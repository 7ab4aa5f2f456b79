// The list of files for the next message: it checks, sends and removes them. send-file.ts sends one
// file. It draws nothing.

import type { Attachment } from '../../src/chatkit/protocol/item.ts'
import { Refused } from '../client/refused.ts'
import { type AttachmentOptions, type FileSender, forgetAttachment, sendFile } from './send-file.ts'

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
  | { readonly why: 'size'; readonly name: string; readonly maxBytes: number }
  | { readonly why: 'type' | 'failed'; readonly name: string; readonly message: string }
  | { readonly why: 'count' }

/** The files of the next message. */
export interface Uploads {
  readonly states: readonly UploadState[]
  add(files: readonly File[]): void
  remove(key: string): void
  /** The files that are there, for a message; and none any more. */
  take(): readonly Attachment[]
  /** Puts files that the server has already in place of those that are there. */
  replace(attachments: readonly Attachment[]): void
  /** Adds files that the server has already. */
  put(attachments: readonly Attachment[]): void
  /**
   * Shows the files of the conversation. Not `isOther`: the new conversation has got this id, and
   * keeps its files.
   */
  show(threadId: string, isOther: boolean): void
  /** Stops what is on its way, in every conversation. */
  clear(): void
}

/** What the uploads need. */
export interface UploadParts extends FileSender {
  readonly newId: () => string
  readonly changed: () => void
  readonly problem: (problem: UploadProblem) => void
}

interface Entry {
  readonly key: string
  readonly name: string
  readonly controller: AbortController
  share: number
  attachment: Attachment | undefined
  failed: boolean
}

/** The limits that are alike for all files, with their defaults. */
export function limitsOf({
  maxCount = 10,
  accept = '',
}: AttachmentOptions): Required<Pick<AttachmentOptions, 'maxCount' | 'accept'>> {
  return { maxCount, accept }
}

/** How large a file of this type may be. */
function maxBytesOf({ maxBytes = DEFAULT_BYTES }: AttachmentOptions, type: string): number {
  if (typeof maxBytes === 'number') return maxBytes
  const patterns = [type, type.replace(/\/.*/, '/*'), '*', '']
  return patterns.map((pattern) => maxBytes[pattern]).find((bytes) => bytes) ?? DEFAULT_BYTES
}

const DEFAULT_BYTES = 100 * 1024 * 1024

/** Makes an empty list of files. */
export function createUploads(parts: UploadParts): Uploads {
  const { wire, newId, options, changed, problem } = parts
  let entries: readonly Entry[] = []
  let shown = ''
  const elsewhere = new Map<string, readonly Entry[]>()

  async function send(entry: Entry, file: File): Promise<void> {
    const { signal } = entry.controller
    const onProgress = (share: number) => {
      entry.share = share
      if (!signal.aborted) changed()
    }
    try {
      const sent = await sendFile(parts, { file, signal, onProgress })
      // Taken away while the last byte was on its way.
      if (signal.aborted) return forgetAttachment(wire, sent)
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

  return {
    get states() {
      return entries.map(stateOf)
    },
    add(files) {
      const given = options()
      if (!given) return
      const { maxCount, accept } = limitsOf(given)
      for (const file of files) {
        if (entries.length >= maxCount) {
          problem({ why: 'count' })
          break
        }
        const { name } = file
        const maxBytes = maxBytesOf(given, file.type)
        if (file.size > maxBytes) problem({ why: 'size', name, maxBytes })
        else if (!isAccepted(file, accept)) problem({ why: 'type', name, message: '' })
        else {
          const entry = newEntry(newId(), name)
          entries = [...entries, entry]
          void send(entry, file)
        }
      }
      changed()
    },
    remove(key) {
      const entry = entries.find((file) => file.key === key)
      entries = entries.filter((file) => file !== entry)
      entry?.controller.abort()
      if (entry?.attachment) forgetAttachment(wire, entry.attachment)
      changed()
    },
    take() {
      const taken = entries.flatMap(({ attachment }) => attachment ?? [])
      entries = []
      changed()
      return taken
    },
    replace(attachments) {
      for (const { controller } of entries) controller.abort()
      entries = []
      this.put(attachments)
    },
    put(attachments) {
      const ready = attachments.map((attachment): Entry => {
        return { ...newEntry(newId(), attachment.name), attachment }
      })
      entries = [...entries, ...ready]
      changed()
    },
    show(threadId, isOther) {
      if (isOther) {
        elsewhere.set(shown, entries)
        entries = elsewhere.get(threadId) ?? []
      }
      elsewhere.delete(threadId)
      shown = threadId
      changed()
    },
    clear() {
      for (const { controller } of [entries, ...elsewhere.values()].flat()) controller.abort()
      elsewhere.clear()
      entries = []
      changed()
    },
  }
}

function newEntry(key: string, name: string): Entry {
  const controller = new AbortController()
  return { key, name, controller, share: 0, attachment: undefined, failed: false }
}

function stateOf({ key, name, share, attachment, failed }: Entry): UploadState {
  return { key, name, share, state: failed ? 'failed' : attachment ? 'ready' : 'sending' }
}

/** Judges a file by `accept` as the browser's dialog does, which dropped and pasted files skip. */
function isAccepted({ name, type }: File, accept: string): boolean {
  const wanted = accept.split(',').flatMap((pattern) => pattern.trim().toLowerCase() || [])
  return (
    wanted.length === 0 ||
    wanted.some((pattern) => {
      if (pattern.startsWith('.')) return name.toLowerCase().endsWith(pattern)
      return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern
    })
  )
}
