// Attachments on disk: the storage for a ChatKit server, and the handler behind its links. Records are the thread store's, bytes are in a folder.

import { Readable } from 'node:stream'
import type { RateLimit } from '../../chatkit/http/rate-limit.ts'
import type { ChatCaller, ChatkitServerOptions } from '../../chatkit/options.ts'
import type { Attachment } from '../../chatkit/protocol/item.ts'
import type { AttachmentStorage, StoredAttachment } from '../../chatkit/threads/attachment.ts'
import type { ThreadStore } from '../../chatkit/threads/thread-store.ts'
import { type Principal, principalKey } from '../../core/principal.ts'
import { type AttachmentFolder, attachmentFolder } from './attachment-folder.ts'
import { COMMON_TYPES, headersOf, plainType } from './media-types.ts'
import { NOT_FOUND, notAllowed, refusal, refusalOf, tooMany } from './refusals.ts'
import { isFolder, type SignedLinks, signedLinks } from './signed-links.ts'
import { type Swept, sweep } from './sweep.ts'
import { announce, recordAt, takeForm, takeUpload, type Uploaded } from './upload.ts'

/** Bounds of what people may keep. */
export interface AttachmentLimits {
  /** Bytes of one file. Default 25 MB. */
  readonly bytes: number
  /** Bytes of all files of one person, those to come included. Default 500 MB. */
  readonly personBytes: number
  /** Files of one person. Default 1,000. */
  readonly personFiles: number
}

/** Options of {@link diskAttachments}. */
export interface DiskAttachmentsOptions<C extends ChatCaller> {
  /** The store of the ChatKit server: it has the records. */
  readonly store: ThreadStore
  /** Where `fetch` is reached from outside: an absolute URL without query. */
  readonly url: string
  /** Signs the links: at least 32 random bytes, the same in all instances. */
  readonly key: Uint8Array
  /** Admits direct uploads, as the ChatKit server admits its requests. Default: there are none, only those that were announced. */
  readonly admit?: ChatkitServerOptions<C>['admit']
  /** Counts direct uploads as requests. Default: no limit but that of room. */
  readonly rateLimit?: RateLimit
  /** Media types that are taken. Default: common images, PDF, text, CSV, Markdown, JSON, and office documents. */
  readonly types?: readonly string[]
  readonly limits?: Partial<AttachmentLimits>
  /** Seconds that links are good for. Default 600 for an upload and 3,600 for a download. */
  readonly lifetimes?: { readonly upload?: number; readonly download?: number }
  /** Which pages may show images (Cross-Origin-Resource-Policy). Default `same-origin`. */
  readonly pages?: 'same-origin' | 'same-site' | 'cross-origin'
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Where unexpected errors go: the log. Default: nowhere. */
  readonly onError?: (error: unknown) => void
}

/** Attachments on disk. */
export interface DiskAttachments extends AttachmentStorage {
  /** Answers requests under its URL; undefined for all others. */
  fetch(request: Request): Promise<Response | undefined>
  /** A link to the bytes of a person's attachment; undefined when it is not theirs, or not uploaded. */
  link(principal: Principal, id: string): Promise<string | undefined>
  /** The bytes of a person's attachment, for a model or a tool; undefined when it is not theirs, or not uploaded. */
  read(principal: Principal, id: string): Promise<Uint8Array | undefined>
  /**
   * Removes what has waited for a day and belongs to no message: uploads that never came, files that were never sent, bytes whose conversation is
   * gone. It happens by itself at the first upload and then once a day; call it for more.
   */
  sweep(): Promise<Swept>
}

/** What the parts of it share. */
export interface AttachmentParts {
  readonly folder: AttachmentFolder
  readonly links: SignedLinks
  readonly store: ThreadStore
  readonly storage: AttachmentStorage
  readonly types: ReadonlySet<string>
  readonly limits: AttachmentLimits
  readonly lifetimes: { readonly upload: number; readonly download: number }
  readonly now: () => number
  readonly onError: (error: unknown) => void
  /** Ids of attachments whose bytes are coming to this process. */
  readonly underWay: Set<string>
}

const DEFAULT_LIMITS: AttachmentLimits = {
  bytes: 25_000_000,
  personBytes: 500_000_000,
  personFiles: 1000,
}

/** Milliseconds between two sweeps. */
const SWEEP = 24 * 3600 * 1000

/**
 * Keeps attachments in a folder of this machine. Several instances share the folder (a network file system with hard links), or bring an
 * `AttachmentStorage` of their own, such as one over an object store with presigned URLs; a folder that only some of them see loses files.
 *
 * @param path The folder: mode 0700, made when it is not there. It is to be backed up with the database.
 * @throws TypeError when the folder is open to others, or for a URL, a key, a limit, a lifetime or a type that is none.
 *
 * @example
 * ```ts
 * const attachments = diskAttachments('attachments', { store, key, url: 'https://chat.example/attachments', admit: onbehalf.admit })
 * const chatkit = chatkitServer({ admit: onbehalf.admit, store, respond, attachments })
 * const handler = async (request: Request) => (await attachments.fetch(request)) ?? chatkit.fetch(request)
 * ```
 */
export function diskAttachments<C extends ChatCaller>(
  path: string,
  options: DiskAttachmentsOptions<C>,
): DiskAttachments {
  const {
    store,
    admit,
    rateLimit,
    types = COMMON_TYPES,
    pages = 'same-origin',
    now = Date.now,
  } = options
  const limits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits })
  const lifetimes = Object.freeze({ upload: 600, download: 3600, ...options.lifetimes })
  for (const [name, value] of Object.entries({ ...limits, ...lifetimes })) {
    if (!(Number.isSafeInteger(value) && value > 1))
      throw new TypeError(`${name} must be a whole number above 1`)
  }
  if (types.some((type) => plainType(type) !== type))
    throw new TypeError('types are media types in lower case, without parameters')
  const links = signedLinks(options.url, options.key)
  const folder = attachmentFolder(path)

  /** The log is told of everything unexpected; one that fails must not change the answer. */
  function onError(error: unknown): void {
    try {
      options.onError?.(error)
    } catch {}
  }

  const storage: AttachmentStorage = {
    async create(announced): Promise<StoredAttachment> {
      sweepDaily()
      return announce(announced, parts)
    },
    async remove({ id, metadata }): Promise<void> {
      const name = metadata.folder
      if (typeof name === 'string' && isFolder(name)) await folder.remove({ folder: name, id })
    },
    present(attachment): Attachment {
      const place = attachment.type === 'image' ? links.read(attachment.preview_url) : undefined
      return place
        ? { ...attachment, type: 'image', preview_url: links.sign(place, 'download', untilOf()) }
        : attachment
    },
    isUploaded: ({ upload_descriptor }) => upload_descriptor === undefined,
  }
  const parts: AttachmentParts = {
    folder,
    links,
    store,
    storage,
    types: new Set(types),
    limits,
    lifetimes,
    now,
    onError,
    underWay: new Set(),
  }

  /** The same for a while, so that a page that is drawn anew has its images already: between half of the lifetime and all of it. */
  function untilOf(): number {
    const half = Math.floor(lifetimes.download / 2)
    return (Math.floor(now() / 1000 / half) + 2) * half
  }

  let sweptAt = Number.NEGATIVE_INFINITY

  function sweepDaily(): void {
    if (now() - sweptAt < SWEEP) return
    sweptAt = now()
    sweep(parts).catch(onError)
  }

  async function direct(request: Request): Promise<Response> {
    if (!admit) return refusal(NOT_FOUND)
    if (request.method !== 'POST') return refusal(notAllowed('POST'))
    const admission = await admit(request)
    if (!admission.ok) return admission.response
    const caller = admission.value
    try {
      const owner = principalKey(caller.principal)
      const allowed = await rateLimit?.take(owner, 'request')
      if (allowed && !allowed.ok) return refusal(tooMany(allowed.retryAfter))
      sweepDaily()
      return answer(await takeForm(request, owner, parts))
    } finally {
      await caller.end().catch(onError)
    }
  }

  async function download(request: Request, url: URL): Promise<Response> {
    const place = links.verify(url, 'download', Math.floor(now() / 1000))
    const record = place && (await recordAt(place, parts))
    const file = record && !record.upload_descriptor ? await folder.open(place) : undefined
    if (!record || !file) return refusal(NOT_FOUND)
    const headers = {
      ...headersOf(record.name, record.mime_type),
      'content-length': String(file.size),
      'cross-origin-resource-policy': pages,
    }
    if (request.method === 'GET')
      return new Response(Readable.toWeb(file.handle.createReadStream()), { headers })
    await file.handle.close()
    return new Response(null, { headers })
  }

  async function route(request: Request, url: URL): Promise<Response> {
    if (url.pathname.replace(/\/$/, '') === links.path) return direct(request)
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return download(request, url)
      case 'PUT':
        return answer(await takeUpload(request, url, parts))
      default:
        return refusal(notAllowed('GET, HEAD, PUT'))
    }
  }

  async function own(principal: Principal, id: string) {
    const owner = principalKey(principal)
    const record = await store.attachment(owner, id)
    const name = record?.metadata.folder
    if (record?.owner !== owner || record.id !== id || record.upload_descriptor) return undefined
    return typeof name === 'string' && isFolder(name) ? { folder: name, id } : undefined
  }

  return {
    ...storage,
    async fetch(request): Promise<Response | undefined> {
      const url = new URL(request.url)
      if (url.pathname !== links.path && !url.pathname.startsWith(`${links.path}/`))
        return undefined
      try {
        return await route(request, url)
      } catch (error) {
        onError(error)
        return refusal(refusalOf(error).refused)
      } finally {
        // Of a request that was refused early there may be more to come: nobody reads it.
        if (request.body && !request.bodyUsed) request.body.cancel().catch(() => {})
      }
    },
    async link(principal, id): Promise<string | undefined> {
      const place = await own(principal, id)
      return place && links.sign(place, 'download', untilOf())
    },
    async read(principal, id): Promise<Uint8Array | undefined> {
      const place = await own(principal, id)
      const file = place && (await folder.open(place))
      try {
        return await file?.handle.readFile()
      } finally {
        await file?.handle.close()
      }
    },
    sweep: () => sweep(parts),
  }
}

function answer(uploaded: Uploaded): Response {
  if (!uploaded.ok) return refusal(uploaded.refused)
  return Response.json(uploaded.attachment, { headers: { 'cache-control': 'no-store' } })
}
