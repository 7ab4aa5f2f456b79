// Links that carry the right to one thing: to bring the bytes of one attachment, or to get them, until a time. Nobody's name is in them.

import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** What a link is good for. Neither is good for the other. */
export type LinkPurpose = 'upload' | 'download'

/** Which attachment: the folder of its owner, and its id. */
export interface Place {
  readonly folder: string
  readonly id: string
}

/** Links under one URL and one key. */
export interface SignedLinks {
  /** The path of the URL that the links are under, without a slash at its end. */
  readonly path: string
  /** The folder of an owner (`principalKey`): to be found again with the key only. */
  folderOf(owner: string): string
  /** A link without a right, to be kept in a record. */
  plain(place: Place): string
  /** What a plain link is to; undefined for any other text. */
  read(link: string): Place | undefined
  /** @param until Seconds since the epoch. */
  sign(place: Place, purpose: LinkPurpose, until: number): string
  /** What a link is to; undefined when it was not made here for this purpose, or its time is over. @param now Seconds since the epoch. */
  verify(url: URL, purpose: LinkPurpose, now: number): Place | undefined
}

/** Whether it is the id of an attachment of ours: only such are ever part of a path. */
export function isAttachmentId(text: string): boolean {
  return /^atc_[0-9a-f]{32}$/.test(text)
}

/** Whether it is the name of an owner's folder. */
export function isFolder(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

/**
 * Makes and checks links.
 *
 * @param base An absolute http(s) URL without query and fragment.
 * @param key At least 32 random bytes. With another key, links that were made so far are worth nothing, and new ones are to be had.
 * @throws TypeError when the URL or the key is none.
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
