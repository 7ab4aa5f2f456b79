// The keyring file: what is refused, and that no change of it is ever half done or lost.

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  createKeyring,
  fileMasterKeys,
  KeyringError,
  listKeyring,
  rotateKeyring,
} from '../../../src/store/index.ts'
import { readKeyring } from '../../../src/store/sealing/keyring.ts'
import { type Ground, groundForTest } from '../ground.ts'

const STRONG = 'q0nUgmL8gGgM0mCmvXcLd1pYzZkq5sE6W3bT2rVJx4A'
const entry = (changes: Record<string, unknown> = {}) => ({
  id: 'a',
  created: '2026-01-02T03:04:05.678Z',
  key: STRONG,
  ...changes,
})
const base64url = (bytes: readonly number[] | string) =>
  Buffer.from(bytes as string).toString('base64url')
/** 31 characters that somebody typed. */
const TYPED = 'correct-horse-battery-staple-42'
const keyringOf = (...keys: unknown[]) => JSON.stringify({ version: 1, keys })

function written(made: Ground, text: string): string {
  writeFileSync(made.keyring, text, { mode: 0o600 })
  return made.keyring
}

/** Bytes that differ from one to the next by more and more, so that they look random. */
const scattered = (count: number) => Array.from({ length: count }, (_, n) => (n * n * 7 + n) % 251)

describe('a keyring that is read', () => {
  it('a keyring that is read has its keys in the order of their times, the newest current', () => {
    const made = groundForTest()
    const ids = ['c', 'a', 'b', 'd']
    const times = ['2026-03-01', '2026-01-01', '2026-02-01', '2026-02-01']
    const path = written(
      made,
      keyringOf(
        ...ids.map((id, n) =>
          entry({
            id,
            created: `${times[n]}T00:00:00.000Z`,
            key: base64url(scattered(32).map((byte) => (byte + n) % 256)),
          }),
        ),
      ),
    )
    expect(listKeyring(path).map(({ id }) => id)).toEqual(['a', 'b', 'd', 'c'])
    expect(readKeyring(path).current.id).toBe('c')
  })

  it.each<[string, number[], boolean]>([
    ['16 bytes that differ', [...scattered(16), ...scattered(16).reverse()], true],
    ['15 bytes that differ', [...scattered(15), ...scattered(15), 0, 0], false],
    ['a text with a byte below the printable ones', [0x1f, ...Buffer.from(TYPED)], true],
    ['a text with a byte above the printable ones', [0x7f, ...Buffer.from(TYPED)], true],
    [
      'a text of the first and last printable ones',
      [0x20, 0x7e, ...Buffer.from(TYPED.slice(1))],
      false,
    ],
  ])('a keyring that is read may have a key of %s', (_, bytes, isGood) => {
    const made = groundForTest()
    const path = written(made, keyringOf(entry({ key: base64url(bytes) })))
    if (isGood) expect(readKeyring(path).current.id).toBe('a')
    else expect(() => readKeyring(path)).toThrow(/weak/)
  })

  it('a keyring that is read cannot be opened by everybody, and the error says that it is there', () => {
    const made = groundForTest()
    const inFile = join(made.keyring, 'below-a-file.json')
    expect(() => readKeyring(inFile)).toThrow('cannot be opened by this process')
    expect(() => readKeyring(inFile)).toThrow(
      expect.objectContaining({ name: 'KeyringError' }) as unknown as Error,
    )
  })
})

describe('a keyring is refused at start, and the error names it and says what to do', () => {
  it.each<[string, string, RegExp]>([
    ['no JSON', '{"version": 1, "keys": [', /is not JSON/],
    ['an empty file', '', /is not JSON/],
    ['a file of another kind', '{"keys": []}', /not a keyring of version 1/],
    ['null', 'null', /not a keyring of version 1/],
    ['no keys', keyringOf(), /has no keys/],
    ['a key that is no object', keyringOf(null), /key 1: it is not an object/],
    ['a key without id', keyringOf(entry({ id: undefined })), /"id" must/],
    ['an id with a line break', keyringOf(entry({ id: 'a\nb' })), /"id" must/],
    ['a time that is none', keyringOf(entry({ created: 'yesterday' })), /"created" must/],
    ['a time without zone', keyringOf(entry({ created: '2026-01-02' })), /"created" must/],
    ['a key that is no base64url', keyringOf(entry({ key: `${STRONG}=` })), /base64url/],
    ['a missing key', keyringOf(entry({ key: undefined })), /base64url/],
    ['a key that is too short', keyringOf(entry({ key: STRONG.slice(0, 22) })), /32 bytes/],
    ['a key that is too long', keyringOf(entry({ key: `${STRONG}AAAA` })), /32 bytes/],
    ['an empty key', keyringOf(entry({ key: '' })), /32 bytes/],
    ['zeros', keyringOf(entry({ key: base64url(new Array(32).fill(0)) })), /weak/],
    ['one byte repeated', keyringOf(entry({ key: base64url(new Array(32).fill(0xa5)) })), /weak/],
    [
      'a word repeated',
      keyringOf(
        entry({
          key: base64url(
            [...'\x01\x90\xfe\x33\x71\xc8\x05\xee'.repeat(4)].map((c) => c.charCodeAt(0)),
          ),
        }),
      ),
      /weak/,
    ],
    [
      'bytes counted up',
      keyringOf(entry({ key: base64url(Array.from({ length: 32 }, (_, n) => n + 200)) })),
      /weak/,
    ],
    [
      'a typed text',
      keyringOf(entry({ key: base64url('correct-horse-battery-staple-42!') })),
      /weak/,
    ],
    [
      'a weak key after a strong one',
      keyringOf(entry(), entry({ id: 'b', key: base64url(new Array(32).fill(0)) })),
      /key 2.*weak/,
    ],
    ['the same id twice', keyringOf(entry(), entry({ key: STRONG.replace('q', 'r') })), /twice/],
    ['the same key twice', keyringOf(entry(), entry({ id: 'b' })), /twice/],
  ])('a keyring is refused at start: %s', (_, text, problem) => {
    const made = groundForTest()
    const path = written(made, text)
    const start = () => fileMasterKeys(path)
    expect(start).toThrow(TypeError)
    expect(start).toThrow(problem)
    expect(start).toThrow(`The keyring ${path} `)
    expect(start).toThrow(`onbehalf keys init --keyring ${path}`)
    // What the file holds is not repeated.
    expect(start).not.toThrow(STRONG.slice(0, 8))
    expect(start).not.toThrow(/horse/)
  })

  it('a missing file', () => {
    const path = join(groundForTest().folder, 'none.json')
    expect(() => fileMasterKeys(path)).toThrow(
      new KeyringError(path, `is missing; \`onbehalf keys init --keyring ${path}\` makes one`),
    )
  })

  it('a folder', () => {
    const made = groundForTest()
    mkdirSync(join(made.folder, 'folder'), { mode: 0o700 })
    expect(() => fileMasterKeys(join(made.folder, 'folder'))).toThrow(/not a regular file/)
  })

  it.each([0o640, 0o604, 0o660, 0o620, 0o644, 0o601, 0o777])('mode %o', (mode) => {
    const { keyring } = groundForTest()
    chmodSync(keyring, mode)
    expect(() => fileMasterKeys(keyring)).toThrow(`chmod 600 ${keyring}`)
    chmodSync(keyring, 0o400)
    fileMasterKeys(keyring)
  })

  it('a keyring is refused when somebody makes it unsafe while it is in use', async () => {
    const { keyring, masterKeys } = groundForTest()
    const wrap = () => masterKeys.wrap(new Uint8Array(32), new Uint8Array())
    await wrap()
    chmodSync(keyring, 0o644)
    await expect(wrap()).rejects.toThrow(/chmod 600/)
    chmodSync(keyring, 0o600)
    await wrap()
    rmSync(keyring)
    await expect(wrap()).rejects.toThrow(/is missing/)
  })
})

describe('a keyring is made', () => {
  it('a keyring is made with one strong key, mode 0600 whatever the umask, in a folder of its own', () => {
    const { folder } = groundForTest()
    const path = join(folder, 'new', 'deep', 'keyring.json')
    const before = process.umask(0)
    try {
      createKeyring(path)
    } finally {
      process.umask(before)
    }
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(folder, 'new', 'deep'))).toEqual(['keyring.json'])
    expect(listKeyring(path)).toHaveLength(1)
  })

  it('a keyring is made never over an existing keyring', () => {
    const { keyring } = groundForTest()
    const before = readFileSync(keyring, 'utf8')
    expect(() => createKeyring(keyring)).toThrow(/exists already/)
    expect(readFileSync(keyring, 'utf8')).toBe(before)
    expect(() => readFileSync(`${keyring}.new`)).toThrow()
  })
})

describe('a rotation', () => {
  it('a rotation adds a key that is current at once, also for a process that has the keyring open, and keeps the old keys', async () => {
    const { keyring, masterKeys } = groundForTest()
    const [first] = listKeyring(keyring)
    const dataKey = new Uint8Array(32).fill(7)
    const aad = Buffer.from('row')
    const old = await masterKeys.wrap(dataKey, aad)
    const made = rotateKeyring(keyring)
    expect(masterKeys.current().id).toBe(made.id)
    const next = await masterKeys.wrap(dataKey, aad)
    expect([old.keyId, next.keyId]).toEqual([first?.id, made.id])
    for (const { keyId, wrapped } of [old, next])
      expect(Uint8Array.from(await masterKeys.unwrap(keyId, wrapped, aad))).toEqual(dataKey)
    expect(statSync(keyring).mode & 0o777).toBe(0o600)
  })

  it('a rotation makes the new key the current one even if the clock was set back', () => {
    const { keyring, masterKeys } = groundForTest()
    const ids = [0, 5000, 0, 0].map((milliseconds) => {
      const made = rotateKeyring(keyring, { now: () => milliseconds })
      expect(masterKeys.current().id).toBe(made.id)
      return made.id
    })
    expect(
      listKeyring(keyring)
        .slice(1)
        .map(({ id }) => id),
    ).toEqual(ids)
  })

  it('a rotation is refused and changes nothing while another rotation runs, or after one was killed in the middle', () => {
    const { keyring } = groundForTest()
    const before = readFileSync(keyring, 'utf8')
    writeFileSync(`${keyring}.new`, 'half a key')
    expect(() => rotateKeyring(keyring)).toThrow(`remove ${keyring}.new`)
    expect(readFileSync(keyring, 'utf8')).toBe(before)
    rmSync(`${keyring}.new`)
    rotateKeyring(keyring)
    expect(listKeyring(keyring)).toHaveLength(2)
  })

  it('a rotation follows a link to the keyring and leaves it a link', () => {
    const { keyring, folder } = groundForTest()
    const link = join(folder, 'link.json')
    symlinkSync(keyring, link)
    rotateKeyring(link)
    expect(realpathSync(link)).toBe(realpathSync(keyring))
    expect(listKeyring(keyring)).toHaveLength(2)
  })
})

it('a keyring prints no key, in whatever way it is printed', () => {
  const { keyring, masterKeys } = groundForTest()
  const key: string = JSON.parse(readFileSync(keyring, 'utf8')).keys[0].key
  const seen = [readKeyring(keyring), masterKeys, listKeyring(keyring)].flatMap((one) => [
    inspect(one, { depth: 9, showHidden: true }),
    JSON.stringify(one),
  ])
  expect(seen.join()).not.toContain(key)
  expect(seen.join()).not.toContain(Buffer.from(key, 'base64url').toString('hex'))
})
