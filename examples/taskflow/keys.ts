// TaskFlow's keys. They are made at the first start, kept in one private file and loaded at later
// starts. Do not use it as a key store in production.

import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { Credential } from 'onbehalf'
import { z } from 'zod'

/**
 * An ES256 private key as a JWK, with the members that TaskFlow needs. Never log it: `d` is the
 * secret.
 */
export interface PrivateKey extends JWK {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly d: string
  readonly kid: string
  readonly alg: 'ES256'
  readonly use: 'sig'
}

/** All secrets that TaskFlow keeps from one start to the next. */
export interface TaskflowKeys {
  /** Signs access tokens and ID tokens. */
  readonly issuerKey: PrivateKey
  /** The keys of the issuer's cookies. The first signs, and all verify. */
  readonly cookieKeys: readonly Credential[]
  /** The key with which `taskflow-chat` authenticates (`private_key_jwt`, RFC 7523). */
  readonly chatClientKey: PrivateKey
  /** The secret with which `taskflow-mcp` authenticates (`client_secret_basic`). */
  readonly mcpClientSecret: Credential
  /** The secret with which `taskflow-classic` authenticates (`client_secret_basic`). */
  readonly classicClientSecret: Credential
  /**
   * The secret with which `taskflow-literal` authenticates (`client_secret_basic`). It is another
   * one at each start, because nothing that it is for outlives one.
   */
  readonly literalClientSecret: Credential
  /** The secret with which `taskflow-gateway` authenticates. It is another one at each start, too. */
  readonly gatewayClientSecret: Credential
  /** The secret with which `taskflow-web` authenticates. It is another one at each start, too. */
  readonly webClientSecret: Credential
  /** Keys the fingerprints in the audit log, 32 bytes. */
  readonly fingerprintKey: Uint8Array
  /** Signs the links to attachments, 32 bytes. */
  readonly attachmentKey: Uint8Array
}

const privateKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().min(1),
  y: z.string().min(1),
  d: z.string().min(1),
  kid: z.string().min(1),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
})
const base64url32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const keyFile = z.object({
  issuerKey: privateKey,
  cookieKeys: z.array(base64url32).min(1),
  chatClientKey: privateKey,
  mcpClientSecret: base64url32,
  fingerprintKey: base64url32,
  // Older files lack these two.
  classicClientSecret: base64url32.optional(),
  attachmentKey: base64url32.optional(),
})
type KeyFile = z.infer<typeof keyFile>

/**
 * Loads TaskFlow's keys, or makes them if there are none yet.
 *
 * @param dataDir The data folder. The keys are in its `keys/keys.json` (mode 0600, in a folder of
 *   mode 0700).
 * @throws Error when the file exists but is damaged. The message never quotes the file.
 */
export async function loadKeys(dataDir: string): Promise<TaskflowKeys> {
  const folder = join(dataDir, 'keys')
  const path = join(folder, 'keys.json')
  const kept = await readIfThere(path)
  const file = kept === undefined ? await makeKeys() : parse(kept, path)
  const { classicClientSecret = randomText(), attachmentKey = randomText() } = file
  if (file.classicClientSecret === undefined || file.attachmentKey === undefined)
    await writePrivately(
      folder,
      path,
      JSON.stringify({ ...file, classicClientSecret, attachmentKey }),
    )
  return {
    issuerKey: file.issuerKey,
    cookieKeys: file.cookieKeys.map((key) => new Credential(key)),
    chatClientKey: file.chatClientKey,
    mcpClientSecret: new Credential(file.mcpClientSecret),
    classicClientSecret: new Credential(classicClientSecret),
    literalClientSecret: new Credential(randomText()),
    gatewayClientSecret: new Credential(randomText()),
    webClientSecret: new Credential(randomText()),
    fingerprintKey: bytesOf(file.fingerprintKey),
    attachmentKey: bytesOf(attachmentKey),
  }
}

function parse(text: string, path: string): KeyFile {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  // The errors of zod and JSON.parse quote what they read, so this throws an error of its own.
  const result = keyFile.safeParse(value)
  if (!result.success)
    throw new Error(
      `${path} is not a TaskFlow key file. Move it away to have new keys made; everybody then signs in again.`,
    )
  return result.data
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}

async function makeKeys(): Promise<KeyFile> {
  return {
    issuerKey: await makePrivateKey(),
    cookieKeys: [randomText()],
    chatClientKey: await makePrivateKey(),
    mcpClientSecret: randomText(),
    fingerprintKey: randomText(),
  }
}

async function makePrivateKey(): Promise<PrivateKey> {
  const { privateKey: key } = await generateKeyPair('ES256', { extractable: true })
  return privateKey.parse({
    ...(await exportJWK(key)),
    kid: randomBytes(8).toString('hex'),
    alg: 'ES256',
    use: 'sig',
  })
}

function randomText(): string {
  return randomBytes(32).toString('base64url')
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Writes a temporary file, syncs it, renames it and syncs the folder. So a reader finds either no
 * file or a complete one, even after kill -9 or a power failure.
 */
async function writePrivately(folder: string, path: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  if (process.platform === 'win32') return
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
