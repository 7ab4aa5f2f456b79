// TaskFlow's key file: made once, private, whole or not there.

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadKeys } from '../../../examples/taskflow/keys.ts'

let dataDir: string

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'taskflow-keys-')), 'data')
})
afterEach(async () => {
  await rm(join(dataDir, '..'), { recursive: true, force: true })
})

it('the keys are made on first use and are the same ever after', async () => {
  const first = await loadKeys(dataDir)
  const second = await loadKeys(dataDir)
  expect(second.issuerKey).toEqual(first.issuerKey)
  expect(second.chatClientKey).toEqual(first.chatClientKey)
  expect(second.mcpClientSecret.reveal()).toBe(first.mcpClientSecret.reveal())
  expect(second.cookieKeys.map((key) => key.reveal())).toEqual(
    first.cookieKeys.map((key) => key.reveal()),
  )
  expect(second.fingerprintKey).toEqual(first.fingerprintKey)
  expect(first.fingerprintKey).toHaveLength(32)
  expect(first.issuerKey.kid).not.toBe(first.chatClientKey.kid)
  expect(first.issuerKey.d).not.toBe(first.chatClientKey.d)
})

it('the keys of an older TaskFlow stay as they are, and get the missing ones once', async () => {
  const first = await loadKeys(dataDir)
  const path = join(dataDir, 'keys', 'keys.json')
  const {
    classicClientSecret: _,
    attachmentKey: __,
    ...old
  } = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify(old))
  const second = await loadKeys(dataDir)
  expect(second.issuerKey).toEqual(first.issuerKey)
  expect(second.mcpClientSecret.reveal()).toBe(first.mcpClientSecret.reveal())
  expect(second.classicClientSecret.reveal()).toMatch(/^[\w-]{43}$/)
  expect(second.attachmentKey).toHaveLength(32)
  expect((await loadKeys(dataDir)).attachmentKey).toEqual(second.attachmentKey)
  expect((await loadKeys(dataDir)).classicClientSecret.reveal()).toBe(
    second.classicClientSecret.reveal(),
  )
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('the keys are different in another data folder', async () => {
  const one = await loadKeys(dataDir)
  const other = await loadKeys(join(dataDir, 'other'))
  expect(other.issuerKey.d).not.toBe(one.issuerKey.d)
  expect(other.mcpClientSecret.reveal()).not.toBe(one.mcpClientSecret.reveal())
})

it('the keys are readable by their owner alone, and leave no temporary file', async () => {
  await loadKeys(dataDir)
  expect((await stat(join(dataDir, 'keys'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(dataDir, 'keys', 'keys.json'))).mode & 0o777).toBe(0o600)
  expect(await readdir(join(dataDir, 'keys'))).toEqual(['keys.json'])
})

it('the keys close a folder that others could read', async () => {
  await mkdir(join(dataDir, 'keys'), { recursive: true, mode: 0o755 })
  await loadKeys(dataDir)
  expect((await stat(join(dataDir, 'keys'))).mode & 0o777).toBe(0o700)
})

it('the keys are not replaced when the file is damaged, and the error does not quote it', async () => {
  const keys = await loadKeys(dataDir)
  const path = join(dataDir, 'keys', 'keys.json')
  const half = (await readFile(path, 'utf8')).slice(0, -20)
  await writeFile(path, half)
  const error = await loadKeys(dataDir).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain('is not a TaskFlow key file')
  expect(inspect(error, { depth: 9 })).not.toContain(keys.issuerKey.d)
  expect(await readFile(path, 'utf8')).toBe(half)
})

it('the keys are made anew where a crash left only a temporary file', async () => {
  await loadKeys(dataDir)
  const folder = join(dataDir, 'keys')
  await rm(join(folder, 'keys.json'))
  await writeFile(join(folder, 'keys.json.0123456789ab'), '{"issuerKey":')
  expect((await loadKeys(dataDir)).issuerKey.kid).toMatch(/^[0-9a-f]{16}$/)
})

it('the keys do not show the client secret or the cookie keys when printed', async () => {
  const keys = await loadKeys(dataDir)
  const printed = `${inspect(keys, { depth: 9 })} ${JSON.stringify(keys)}`
  expect(printed).not.toContain(keys.mcpClientSecret.reveal())
  for (const key of keys.cookieKeys) expect(printed).not.toContain(key.reveal())
})
