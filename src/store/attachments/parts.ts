// What the parts of the attachments on disk share: the folder, the links, the records and the
// limits.

import type { ThreadStore } from '../../chatkit/threads/thread-store.ts'
import type { AttachmentFolder } from './attachment-folder.ts'
import type { SignedLinks } from './signed-links.ts'

/** Limits on what people may keep. */
export interface AttachmentLimits {
  /** Bytes of one file. Default 25 MB. */
  readonly bytes: number
  /** Bytes of all files of one person, announced uploads included. Default 500 MB. */
  readonly personBytes: number
  /** Files of one person. Default 1,000. */
  readonly personFiles: number
}

/** Made once from the options, and given to every function here that needs it. */
export interface AttachmentParts {
  readonly folder: AttachmentFolder
  readonly links: SignedLinks
  /** Holds the records. */
  readonly store: ThreadStore
  /** The media types that people may upload. */
  readonly types: ReadonlySet<string>
  readonly limits: AttachmentLimits
  /** How long links work, in seconds. */
  readonly lifetimes: { readonly upload: number; readonly download: number }
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Logs an unexpected error. It never throws. */
  readonly onError: (error: unknown) => void
  /** Ids of the attachments whose bytes this process is receiving. */
  readonly underWay: Set<string>
}
