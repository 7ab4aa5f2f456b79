// Attachments on disk: the storage for a ChatKit server, and the handler behind its links. The
// thread store has the records; a folder has the bytes.

import type { RateLimit } from '../../chatkit/http/rate-limit.ts'
import type { ChatCaller, ChatkitServerOptions } from '../../chatkit/options.ts'
import type { AttachmentStorage } from '../../chatkit/threads/attachment.ts'
import type { ThreadStore } from '../../chatkit/threads/thread-store.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import {
  hasMethods,
  isOneOf,
  isText,
  isTexts,
  isThreadStore,
  type ValueChecks,
} from '../../core/option-values.ts'
import { type Principal, principalKey } from '../../core/principal.ts'
import { checkPath } from '../checks.ts'
import { attachmentFolder } from './attachment-folder.ts'
import { COMMON_TYPES, plainType } from './media-types.ts'
import type { AttachmentLimits, AttachmentParts } from './parts.ts'
import { ownPlace } from './records.ts'
import { answerRequest } from './routes.ts'
import { signedLinks } from './signed-links.ts'
import { folderStorage, signDownload } from './storage.ts'
import { type Swept, sweep, sweepDaily } from './sweep.ts'

/** Options of {@link diskAttachments}. */
export interface DiskAttachmentsOptions<C extends ChatCaller> {
  /** The store of the ChatKit server. It holds the records. */
  readonly store: ThreadStore
  /** The public URL of `fetch`: absolute, without a query. */
  readonly url: string
  /** Signs the links: at least 32 random bytes, the same in all instances. */
  readonly key: Uint8Array
  /**
   * Admits direct uploads, as the ChatKit server admits its requests. Default: no direct uploads,
   * only announced ones.
   */
  readonly admit?: ChatkitServerOptions<C>['admit']
  /** Counts direct uploads as requests. Default: only the room that a person has limits them. */
  readonly rateLimit?: RateLimit
  /**
   * Media types that people may upload. Default: common images, PDF, text, CSV, Markdown, JSON, and
   * office documents.
   */
  readonly types?: readonly string[]
  /** Limits on what people may keep. */
  readonly limits?: Partial<AttachmentLimits>
  /** How long links work, in seconds. Default 600 for an upload and 3,600 for a download. */
  readonly lifetimes?: { readonly upload?: number; readonly download?: number }
  /** Which pages may show images (Cross-Origin-Resource-Policy). Default `same-origin`. */
  readonly pages?: 'same-origin' | 'same-site' | 'cross-origin'
  /** The current time in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Logs unexpected errors. Default: nothing. */
  readonly onError?: (error: unknown) => void
}

/** Attachments on disk. */
export interface DiskAttachments extends AttachmentStorage {
  /** Answers requests under the URL; undefined for all others. */
  fetch(request: Request): Promise<Response | undefined>
  /** A link to a person's attachment; undefined when it is not theirs, or has no bytes yet. */
  link(principal: Principal, id: string): Promise<string | undefined>
  /**
   * The bytes of a person's attachment, for a model or a tool; undefined when it is not theirs, or
   * has no bytes yet.
   */
  read(principal: Principal, id: string): Promise<Uint8Array | undefined>
  /**
   * Removes what has waited for a day and belongs to no message: uploads that never came, files
   * that were never sent, bytes whose conversation was deleted. This also happens by itself at the
   * first upload and then once a day.
   */
  sweep(): Promise<Swept>
}

/** Every option of the factory. A new one does not compile until it is here. */
const DISK_ATTACHMENTS_OPTIONS: OptionNames<DiskAttachmentsOptions<ChatCaller>> = {
  store: 'required',
  url: 'required',
  key: 'required',
  admit: 'optional',
  rateLimit: 'optional',
  types: 'optional',
  limits: 'optional',
  lifetimes: 'optional',
  pages: 'optional',
  now: 'optional',
  onError: 'optional',
}

const DISK_ATTACHMENTS_VALUES: ValueChecks = {
  store: isThreadStore,
  url: isText,
  rateLimit: hasMethods(['take'], 'memoryRateLimit() of onbehalf/chatkit'),
  types: isTexts,
  pages: isOneOf('same-origin', 'same-site', 'cross-origin'),
}

const LIMITS: OptionNames<Partial<AttachmentLimits>> = {
  bytes: 'optional',
  personBytes: 'optional',
  personFiles: 'optional',
}

const LIFETIMES: OptionNames<NonNullable<DiskAttachmentsOptions<ChatCaller>['lifetimes']>> = {
  upload: 'optional',
  download: 'optional',
}

const DEFAULT_LIMITS: AttachmentLimits = {
  bytes: 25_000_000,
  personBytes: 500_000_000,
  personFiles: 1000,
}

/**
 * Keeps attachments in a folder of this machine.
 *
 * Several instances must all see the same folder (a network file system with hard links). Where
 * they cannot, write an `AttachmentStorage` of your own, for example over an object store with
 * presigned URLs.
 *
 * @param path The folder. It is made with mode 0700 when it is missing. Back it up together with
 *   the database.
 * @throws TypeError when others can open the folder, or for a wrong URL, key, limit, lifetime or
 *   type.
 *
 * @example
 * ```ts
 * const attachments = diskAttachments('attachments', {
 *   store,
 *   key,
 *   url: 'https://chat.example/attachments',
 *   admit: onbehalf.admit,
 * })
 * const chatkit = chatkitServer({ admit: onbehalf.admit, store, respond, attachments })
 * const handler = async (request: Request) =>
 *   (await attachments.fetch(request)) ?? chatkit.fetch(request)
 * ```
 */
export function diskAttachments<C extends ChatCaller>(
  path: string,
  options: DiskAttachmentsOptions<C>,
): DiskAttachments {
  const parts = makeParts(path, options)
  const { admit, rateLimit, pages = 'same-origin' } = options
  const onUpload = sweepDaily(parts)
  const storage = folderStorage(parts, onUpload)
  return {
    ...storage,
    fetch: (request) =>
      answerRequest(request, parts, { storage, admit, rateLimit, pages, onUpload }),
    async link(principal, id): Promise<string | undefined> {
      const place = await ownPlace(principalKey(principal), id, parts)
      return place && signDownload(place, parts)
    },
    async read(principal, id): Promise<Uint8Array | undefined> {
      const place = await ownPlace(principalKey(principal), id, parts)
      const file = place && (await parts.folder.open(place))
      try {
        return await file?.handle.readFile()
      } finally {
        await file?.handle.close()
      }
    },
    sweep: () => sweep(parts),
  }
}

/** Checks the options, then opens the folder. */
function makeParts<C extends ChatCaller>(
  path: string,
  options: DiskAttachmentsOptions<C>,
): AttachmentParts {
  checkPath('diskAttachments', path)
  checkOptions('diskAttachments', '', options, DISK_ATTACHMENTS_OPTIONS, DISK_ATTACHMENTS_VALUES)
  for (const [at, value, names] of [
    ['limits', options.limits, LIMITS],
    ['lifetimes', options.lifetimes, LIFETIMES],
  ] as const)
    if (value !== undefined) checkOptions('diskAttachments', at, value, names)
  const { store, types = COMMON_TYPES, now = Date.now } = options
  const limits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits })
  const lifetimes = Object.freeze({ upload: 600, download: 3600, ...options.lifetimes })
  for (const [name, value] of Object.entries({ ...limits, ...lifetimes })) {
    if (!(Number.isSafeInteger(value) && value > 1))
      throw new TypeError(`${name} must be a whole number above 1`)
  }
  if (types.some((type) => plainType(type) !== type))
    throw new TypeError('types must be media types in lower case, without parameters')
  const links = signedLinks(options.url, options.key)

  function onError(error: unknown): void {
    try {
      options.onError?.(error)
    } catch {
      // A log that fails must not change the answer.
    }
  }

  return {
    folder: attachmentFolder(path),
    links,
    store,
    types: new Set(types),
    limits,
    lifetimes,
    now,
    onError,
    underWay: new Set(),
  }
}
