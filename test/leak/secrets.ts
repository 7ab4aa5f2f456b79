// Every secret of a run, read off what was recorded of it: no part of the product is asked for any.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { classicUrl, partsUrl } from '../../examples/taskflow/urls.ts'
import type { Secret } from '../../src/cli/leaktest/search/parts.ts'
import type { House } from '../end-to-end/house.ts'

const answer = z.looseObject({
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
})
const keyFile = z.object({
  issuerKey: z.object({ d: z.string() }),
  chatClientKey: z.object({ d: z.string() }),
  cookieKeys: z.array(z.string()),
  mcpClientSecret: z.string(),
  classicClientSecret: z.string(),
  fingerprintKey: z.string(),
  attachmentKey: z.string(),
})

/** Kinds of the deployment's own keys, which are in the key file and nowhere else. */
export const DEPLOYMENT = [
  'private key',
  'cookie key',
  'client secret',
  'fingerprint key',
  'attachment key',
] as const

/** Reads them off the traffic of the house, and its keys off the key file; `others` are known already. */
export async function secretsOf(
  house: House,
  others: readonly Secret[] = [],
): Promise<readonly Secret[]> {
  const secrets = new Map(others.map((secret) => [secret.text, secret]))
  const add = (secret: Secret) => {
    if (secret.text.length >= 12 && !secrets.has(secret.text)) secrets.set(secret.text, secret)
  }
  const addToken = (text: string | null | undefined, opaque: string) => {
    if (text) add(tokenOf(house, text, opaque))
  }

  for (const exchange of house.exchanges) {
    addToken(bearerIn(exchange.headers.get('authorization')), 'access token')
    for (const line of exchange.answer?.headers.getSetCookie() ?? []) {
      const value = /^[^=]+=([^;]*)/.exec(line)?.[1]
      if (value)
        add({
          kind: /^taskflow_session/.test(line) ? 'session cookie' : 'sign-in cookie',
          text: value,
        })
    }
    const handle = exchange.answer?.headers.get('onbehalf-session')
    if (handle) add({ kind: 'session handle', text: handle })
    const location = exchange.answer?.headers.get('location')
    const back = location ? new URL(location, exchange.url).searchParams : undefined
    if (back?.get('code')) add({ kind: 'authorization code', text: back.get('code') ?? '' })
    const state = new URL(exchange.url).searchParams.get('state')
    if (state) add({ kind: 'state', text: state })
    if (!exchange.url.startsWith(`${house.urls.issuer}/oauth/token`)) continue
    const sent = new URLSearchParams(exchange.body)
    addToken(sent.get('subject_token'), 'access token')
    addToken(sent.get('refresh_token'), 'refresh token')
    addToken(sent.get('code'), 'authorization code')
    addToken(sent.get('client_assertion'), 'client assertion')
    const verifier = sent.get('code_verifier')
    if (verifier) add({ kind: 'PKCE verifier', text: verifier, digestIsPublic: true })
    const got = answer.safeParse(json(exchange.answer?.body()))
    if (!got.success || exchange.injected) continue
    addToken(got.data.access_token, 'access token')
    addToken(got.data.refresh_token, 'refresh token')
    addToken(got.data.id_token, 'ID token')
  }
  for (const { headers } of house.arrivals) {
    if (typeof headers.authorization === 'string')
      addToken(bearerIn(headers.authorization), 'access token')
  }

  const keys = keyFile.parse(json(await readFile(join(house.dataDir, 'keys', 'keys.json'), 'utf8')))
  add({ kind: 'private key', text: keys.issuerKey.d })
  add({ kind: 'private key', text: keys.chatClientKey.d })
  for (const text of keys.cookieKeys) add({ kind: 'cookie key', text })
  add({ kind: 'client secret', text: keys.mcpClientSecret })
  add({ kind: 'client secret', text: keys.classicClientSecret })
  add({ kind: 'fingerprint key', text: keys.fingerprintKey })
  add({ kind: 'attachment key', text: keys.attachmentKey })
  return [...secrets.values()]
}

function bearerIn(header: string | null): string | undefined {
  return /^Bearer (\S{12,})$/i.exec(header ?? '')?.[1]
}

/** A JWT says what it is and whose. */
function tokenOf({ urls }: House, text: string, opaque: string): Secret {
  if (!/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return { kind: opaque, text }
  const { aud, sub } = decodeJwt(text)
  const resources = { ...urls, classic: classicUrl(urls), parts: partsUrl(urls) }
  const resource = Object.entries(resources).find(([, url]) => url === aud)?.[0]
  if (sub === 'taskflow-chat') return { kind: 'client assertion', text }
  return {
    kind: resource ? `access token for ${resource}` : opaque,
    text,
    ...(sub === undefined ? {} : { owner: sub }),
  }
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
