import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanName, headersOf, plainType } from '../../../src/store/attachments/media-types.ts'
import { type Place, signedLinks } from '../../../src/store/attachments/signed-links.ts'
import { KEY } from './house.ts'

const links = signedLinks('https://chat.example/files/', KEY)
const PLACE: Place = { folder: links.folderOf('alice'), id: `atc_${'0f'.repeat(16)}` }

function verified(link: string, purpose: 'upload' | 'download' = 'download', now = 999) {
  return links.verify(new URL(link), purpose, now)
}

describe('a signed link', () => {
  const link = links.sign(PLACE, 'download', 1000)

  it('leads to one attachment until it expires', () => {
    expect(verified(link)).toEqual(PLACE)
    expect(verified(link, 'download', 1000)).toBeUndefined()
  })

  it('a signed link works for one purpose only, even if its text names another', () => {
    expect(verified(link, 'upload')).toBeUndefined()
    expect(verified(link.replace('for=download', 'for=upload'), 'upload')).toBeUndefined()
    expect(verified(links.sign(PLACE, 'upload', 1000))).toBeUndefined()
  })

  it.each([
    ['another time', (text: string) => text.replace('until=1000', 'until=9000')],
    ['the time in another form', (text: string) => text.replace('until=1000', 'until=01000')],
    ['another id', (text: string) => text.replace('atc_0f', 'atc_1f')],
    ['another folder', (text: string) => text.replace(PLACE.folder, links.folderOf('bob'))],
    ['no signature', (text: string) => text.replace(/&sig=.*/, '')],
    ['an empty signature', (text: string) => text.replace(/sig=.*/, 'sig=')],
    ['half of the signature', (text: string) => text.slice(0, -20)],
    ['a path that goes up', (text: string) => text.replace('/atc_', '/../atc_')],
    ['an encoded slash', (text: string) => text.replace('/atc_', '%2fatc_')],
    ['more of a path', (text: string) => text.replace('?', '/x?')],
    ['another path', (text: string) => text.replace('/files/', '/other/')],
  ])('a signed link with %s is none', (_, change) => {
    expect(change(link)).not.toBe(link)
    expect(verified(change(link))).toBeUndefined()
  })

  it('a signed link is refused when any bit of its signature is flipped', () => {
    const sig = Buffer.from(link.split('sig=')[1] ?? '', 'base64url')
    for (let bit = 0; bit < 256; bit += 1) {
      const turned = Buffer.from(sig)
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(
        verified(link.replace(/sig=.*/, `sig=${turned.toString('base64url')}`)),
      ).toBeUndefined()
    }
  })

  it('a signed link is refused when it was signed with another key', () => {
    const other = signedLinks(
      'https://chat.example/files',
      KEY.map((byte) => byte ^ 1),
    )
    expect(other.verify(new URL(link), 'download', 999)).toBeUndefined()
    expect(other.folderOf('alice')).not.toBe(links.folderOf('alice'))
  })

  it('a signed link names no person, and each owner has a folder', () => {
    const owner = '["https://issuer.example",null,"alice"]'
    expect(links.sign({ ...PLACE, folder: links.folderOf(owner) }, 'download', 1)).not.toMatch(
      /alice|issuer/,
    )
    expect(links.folderOf(owner)).toMatch(/^[0-9a-f]{32}$/)
    expect(links.folderOf(owner)).not.toBe(links.folderOf('["https://issuer.example",null,"bob"]'))
  })

  it('a signed link is recognized in its form without a signature, and nothing else is', () => {
    expect(links.read(links.plain(PLACE))).toEqual(PLACE)
    expect(verified(links.plain(PLACE))).toBeUndefined()
    for (const other of [
      '',
      'x',
      'https://up.example/x',
      'https://chat.example/files',
      'https://chat.example/files/a/b',
    ]) {
      expect(links.read(other)).toBeUndefined()
    }
  })
})

describe('the options of links', () => {
  it.each([
    [''],
    ['/files'],
    ['ftp://chat.example'],
    ['https://chat.example/?a'],
    ['https://chat.example/#a'],
    ['https://a@b.example/'],
  ])('the options of links refuse the URL %j', (url) => {
    expect(() => signedLinks(url, KEY)).toThrow(TypeError)
  })

  it('the options of links refuse a key of less than 32 bytes', () => {
    expect(() => signedLinks('https://chat.example', KEY.subarray(1))).toThrow(TypeError)
  })
})

describe('a media type', () => {
  it.each([
    ['text/plain; charset=utf-8', 'text/plain'],
    ['IMAGE/PNG', 'image/png'],
    ['', undefined],
    [null, undefined],
    ['text', undefined],
    ['text/plain\r\nx: y', undefined],
    ['text/plain, text/html', undefined],
  ])('%j is %j', (given, plain) => {
    expect(plainType(given)).toBe(plain)
  })

  it('a media type is sent unchanged only when it is a common type', () => {
    expect(headersOf('a', 'application/pdf')['content-type']).toBe('application/pdf')
    for (const type of [
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'text/xml',
      'text/javascript',
      'font/woff',
      '',
    ]) {
      expect(headersOf('a', type)).toMatchObject({ 'content-type': 'application/octet-stream' })
      expect(headersOf('a', type)['content-disposition']).toMatch(/^attachment;/)
    }
  })

  it('a media type is shown in the page only for plain images', () => {
    expect(headersOf('a', 'image/png')['content-disposition']).toMatch(/^inline;/)
    expect(headersOf('a', 'application/pdf')['content-disposition']).toMatch(/^attachment;/)
  })
})

describe('the name of a file', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['a\r\nSet-Cookie: b', 'aSet-Cookie: b'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['', 'file'],
    ['/', 'file'],
    ['  ', 'file'],
    ['héllo 😀.txt', 'héllo 😀.txt'],
    ['\ud83d.txt', '\ufffd.txt'],
  ])('%j becomes %j', (given, name) => {
    expect(cleanName(given)).toBe(name)
  })

  it('the name of a file can always be sent in headers', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(fc.nat(0xffff)),
        (text, units) => {
          const name = cleanName(text + String.fromCharCode(...units))
          const headers = new Headers({ ...headersOf(name, 'text/plain') })
          const [, plain, whole] =
            /^attachment; filename="([^"\\]*)"; filename\*=UTF-8''([!#$&+.^_`|~0-9A-Za-z%-]*)$/.exec(
              headers.get('content-disposition') ?? '',
            ) ?? ['', '', '']
          expect(plain).not.toBe('')
          expect(decodeURIComponent(whole ?? '')).toBe(name)
          expect(name.length).toBeLessThanOrEqual(255)
        },
      ),
    )
  })
})
