// The signing keys of the token service. All instances share them through the secret store, whose
// versions decide who rotates.

import { randomUUID, type webcrypto } from 'node:crypto'
import type { SecretStore } from '../../core/vault/secret-store.ts'
import {
  fromRecord,
  type KeptKey,
  type KeptKeys,
  publicHalf,
  recordKey,
  toRecord,
} from './key-record.ts'

/** A key is published for so long before it signs: receivers ask for the keys at least as often. */
const PUBLISHED_BEFORE_SECONDS = 900

/**
 * A key is published for so long after it signed: its last token has expired by then, also for late
 * clocks and for an instance that had not heard of the rotation.
 */
const PUBLISHED_AFTER_SECONDS = 900

/** An instance looks so often whether another one has rotated. */
const RELOAD_SECONDS = 30

/** A write that another instance came before is tried again. Each time, the other one succeeded. */
const MAX_ATTEMPTS = 10

/** What the keys are asked for. */
export interface SigningKeys {
  /** The key that signs now. */
  signer(): Promise<{ readonly kid: string; readonly key: webcrypto.CryptoKey }>
  /** The public key with this id, if it is one of ours; for the verification of our own tokens. */
  find(kid: unknown): Promise<webcrypto.JsonWebKey | undefined>
  /** The public keys, to be published (RFC 7517 section 5). */
  published(): Promise<readonly (webcrypto.JsonWebKey & { readonly kid: string })[]>
  /** As `TokenService.rotateKeys`. */
  rotate(options: { readonly compromised: boolean }): Promise<boolean>
}

/** Options of {@link signingKeys}. */
export interface SigningKeysOptions {
  readonly store: SecretStore
  readonly issuer: string
  /** Seconds after which another key signs. */
  readonly rotateAfter: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The keys in this process's memory. */
interface Loaded {
  readonly kept: KeptKeys
  readonly signer: Promise<webcrypto.CryptoKey>
  /** Seconds since the epoch. */
  readonly readAt: number
}

/**
 * Makes the keys' keeper. Nothing is read before the first use, and the first use makes the keys.
 * Its methods reject when the store fails and no keys are in memory.
 */
export function signingKeys(options: SigningKeysOptions): SigningKeys {
  const { store, issuer, now } = options
  const seconds = () => now() / 1000
  let loaded: Loaded | undefined
  let loading: Promise<Loaded> | undefined

  function remember(kept: KeptKeys): Loaded {
    if (loaded?.kept.version === kept.version) loaded = { ...loaded, readAt: seconds() }
    else {
      const signer = importSigner(kept.current)
      // Whoever signs sees the failure. Until then it must not end the process.
      signer.catch(() => {})
      loaded = { kept, signer, readAt: seconds() }
    }
    return loaded
  }

  async function read(): Promise<KeptKeys | undefined> {
    const record = await store.read(recordKey(issuer))
    const kept = record && fromRecord(record)
    if (record && !kept) throw new Error('The stored signing keys cannot be read')
    return kept
  }

  /** Reads, changes and writes, until no other instance comes between. */
  async function change(
    to: (kept: KeptKeys | undefined) => Promise<KeptKeys | undefined>,
  ): Promise<KeptKeys | undefined> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const changed = await to(await read())
      if (!changed || (await store.write(toRecord(issuer, changed)))) return changed
    }
    throw new Error('The signing keys could not be written')
  }

  async function load(): Promise<Loaded> {
    const kept = (await read()) ?? (await change((known) => firstKeys(known, seconds())))
    if (!kept) return remember((await read()) as KeptKeys)
    if (!isDue(kept, options.rotateAfter, seconds())) return remember(kept)
    const rotated = await change(async (latest) =>
      latest && isDue(latest, options.rotateAfter, seconds())
        ? rotatedKeys(latest, seconds())
        : undefined,
    )
    return remember(rotated ?? (await read()) ?? kept)
  }

  async function current(atMostSeconds = RELOAD_SECONDS): Promise<Loaded> {
    const known = loaded
    if (known && Math.abs(seconds() - known.readAt) < atMostSeconds) return known
    loading ??= load().finally(() => {
      loading = undefined
    })
    // While the store is down, the keys in memory are as good as before.
    return known ? loading.catch(() => known) : loading
  }

  return {
    async signer() {
      const { kept, signer } = await current()
      return { kid: kept.current.kid, key: await signer }
    },
    async find(kid) {
      const among = ({ kept }: Loaded) =>
        publicKeys(kept, seconds()).find((key) => key.kid === kid)?.jwk
      // A key that another instance has just made is looked for once a second at most.
      return among(await current()) ?? among(await current(1))
    },
    async published() {
      return publicKeys((await current()).kept, seconds()).map(({ kid, jwk }) => ({
        ...jwk,
        kid,
        use: 'sig',
        alg: 'ES256',
      }))
    },
    async rotate({ compromised }) {
      await current()
      const rotated = await change(async (kept) => {
        if (!kept) return undefined
        if (compromised) return replacedKeys(kept, seconds())
        return isPublishedLongEnough(kept, seconds()) ? rotatedKeys(kept, seconds()) : undefined
      })
      if (rotated) remember(rotated)
      return rotated !== undefined
    },
  }
}

function isDue(kept: KeptKeys, rotateAfter: number, seconds: number): boolean {
  return seconds - kept.currentSince >= rotateAfter && isPublishedLongEnough(kept, seconds)
}

function isPublishedLongEnough({ nextSince }: KeptKeys, seconds: number): boolean {
  return seconds - nextSince >= PUBLISHED_BEFORE_SECONDS
}

/** The first keys; undefined when another instance was faster. */
async function firstKeys(
  known: KeptKeys | undefined,
  seconds: number,
): Promise<KeptKeys | undefined> {
  if (known) return undefined
  const [current, next] = [await newKey(), await newKey()]
  return { version: 1, current, currentSince: seconds, next, nextSince: seconds, retired: [] }
}

async function rotatedKeys(kept: KeptKeys, seconds: number): Promise<KeptKeys> {
  return {
    version: kept.version + 1,
    current: kept.next,
    currentSince: seconds,
    next: await newKey(),
    nextSince: seconds,
    // Those before it have been published for long enough: rotations are that far apart.
    retired: [{ ...publicHalf(kept.current), until: seconds + PUBLISHED_AFTER_SECONDS }],
  }
}

/** New keys, without any that was known before. */
async function replacedKeys(kept: KeptKeys, seconds: number): Promise<KeptKeys> {
  const [current, next] = [await newKey(), await newKey()]
  return {
    version: kept.version + 1,
    current,
    currentSince: seconds,
    next,
    nextSince: seconds,
    retired: [],
  }
}

function publicKeys({ current, next, retired }: KeptKeys, seconds: number): readonly KeptKey[] {
  return [current, next, ...retired.filter(({ until }) => until > seconds)].map(publicHalf)
}

async function newKey(): Promise<KeptKey> {
  const { privateKey } = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign'],
  )
  return { kid: randomUUID(), jwk: await crypto.subtle.exportKey('jwk', privateKey) }
}

function importSigner({ jwk }: KeptKey): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
  ])
}
