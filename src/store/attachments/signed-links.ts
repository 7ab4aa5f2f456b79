// Signed links. Each gives the right to one thing until a time: to upload the bytes of one
// attachment, or to download them. No link contains a person's name.

import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** What a link allows. A link for one never works for the other. */
export type LinkPurpose = 'upload' | 'download'

/** Where an attachment is: the folder of its owner, and its id. */
export interface Place {
  readonly folder: string
  readonly id: string
}

/** Links under one URL and one key. */
export interface SignedLinks {
  /** The path that all links begin with, without a slash at its end. */
  readonly path: string
  /** The folder name of an owner (`principalKey`). Only who has the key can compute it. */
  folderOf(owner: string): string
  /** A link without any right, to keep in a record. */
  plain(place: Place): string
  /** The place that a plain link names; undefined for any other text. */
  read(link: string): Place | undefined
  /** Signs a link that works until a time, in seconds since the epoch. */
  sign(place: Place, purpose: LinkPurpose, until: number): string
  /**
   * The place that a signed link names; undefined when the link is forged, for the other purpose,
   * or expired. `now` is in seconds since the epoch.
   */
  verify(url: URL, purpose: LinkPurpose, now: number): Place | undefined
}

/** Whether a text is an id of ours. Only such a text ever becomes part of a path. */
export function isAttachmentId(text: string): boolean {
  return /^atc_[0-9a-f]{32}$/.test(text)
}

/** Whether a text is the name of an owner's folder. */
export function isFolder(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

/**
 * Makes and checks links.
 *
 * @param base An absolute http(s) URL without query and fragment.
 * @param key At least 32 random bytes. Links that were signed with another key stop working.
 * @throws TypeError for a wrong URL or a key that is too short.
 */
export function signedLinks(base: string, key: Uint8Array): SignedLinks {
  const url = URL.canParse(base) ? new URL(base) : undefined
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  ) {
    throw new TypeError('url must be an absolute http(s) URL without query and fragment')
  }
  if (!(key instanceof Uint8Array) || key.length < 32)
    throw new TypeError('key must be at least 32 bytes')
  const secret = createSecretKey(key)
  const path = url.pathname.replace(/\/+$/, '')

  const mac = (...parts: readonly (string | number)[]) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['onbehalf attachment', ...parts]))
      .digest()

  function placeOf(pathname: string): Place | undefined {
    if (!pathname.startsWith(`${path}/`)) return undefined
    const [folder = '', id = '', ...more] = pathname.slice(path.length + 1).split('/')
    return isFolder(folder) && isAttachmentId(id) && more.length === 0 ? { folder, id } : undefined
  }

  const plain = ({ folder, id }: Place) => `${url.origin}${path}/${folder}/${id}`

  return {
    path,
    folderOf: (owner) => mac('folder', owner).subarray(0, 16).toString('hex'),
    plain,
    read: (link) => (URL.canParse(link) ? placeOf(new URL(link).pathname) : undefined),
    sign(place, purpose, until): string {
      const sig = mac('link', purpose, place.folder, place.id, until).toString('base64url')
      return `${plain(place)}?for=${purpose}&until=${until}&sig=${sig}`
    },
    verify(asked, purpose, now): Place | undefined {
      const place = placeOf(asked.pathname)
      const until = asked.searchParams.get('until') ?? ''
      const given = asked.searchParams.get('sig') ?? ''
      if (!place || !/^[1-9][0-9]{0,11}$/.test(until) || !/^[A-Za-z0-9_-]{43}$/.test(given))
        return undefined
      const right = mac('link', purpose, place.folder, place.id, Number(until))
      return timingSafeEqual(Buffer.from(given, 'base64url'), right) && now < Number(until)
        ? place
        : undefined
    },
  }
}
