// The sign-in page as a step of oidc-provider's interaction. It shows the page, reads the choice
// and continues the authorization request.

import type { IncomingMessage } from 'node:http'
import { type Context, errors, type Interaction, type Provider } from 'oidc-provider'
import { findPerson } from './accounts.ts'
import { contentSecurityPolicy, errorPage, signInPage } from './pages.ts'

/** A sign-in form has only a few bytes. */
const MAX_FORM_BYTES = 1024

/**
 * Handles `/interaction/:uid`. The interaction cookie of oidc-provider prevents forgery: it is
 * signed, SameSite=Lax, and valid for this one URL only, which no other site can know.
 */
export function signInStep(
  provider: Provider,
  web: string,
  clientName: (clientId: unknown) => string,
) {
  const refuse = errorPage(web)
  return async (context: Context, next: () => Promise<void>): Promise<void> => {
    const uid = /^\/interaction\/([A-Za-z0-9_-]+)$/.exec(context.path)?.[1]
    if (uid === undefined) return await next()
    context.set('cache-control', 'no-store')
    const interaction = await find(provider, context, uid)
    if (!interaction && context.method === 'GET') {
      // Who goes back to a sign-in that is over wants the app.
      context.status = 303
      context.redirect(`${web}/`)
      return
    }
    if (!interaction) {
      context.status = 400
      refuse(context, {
        error: 'invalid_request',
        error_description: 'this sign-in has ended or began in another browser',
      })
      return
    }
    if (context.method === 'GET') {
      context.set(
        'content-security-policy',
        contentSecurityPolicy([web, ...origin(interaction.params.redirect_uri)]),
      )
      context.type = 'html'
      const { client_id: clientId, scope } = interaction.params
      context.body = signInPage(
        uid,
        clientName(clientId),
        String(scope).split(' ').includes('tasks:write'),
      )
      return
    }
    const person =
      context.method === 'POST'
        ? findPerson((await readForm(context.req))?.get('account'))
        : undefined
    if (!person) {
      context.status = 400
      refuse(context, {
        error: 'invalid_request',
        error_description: 'choose one of the people on the sign-in page',
      })
      return
    }
    const login = { accountId: person.subject }
    const back = await provider.interactionResult(context.req, context.res, { login })
    context.status = 303
    context.redirect(back)
  }
}

async function find(
  provider: Provider,
  context: Context,
  uid: string,
): Promise<Interaction | undefined> {
  try {
    const interaction = await provider.interactionDetails(context.req, context.res)
    return interaction.uid === uid ? interaction : undefined
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > MAX_FORM_BYTES) return undefined
    chunks.push(bytes)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

/** Gives the origin of the redirect URI. oidc-provider checked that it is one of the client's. */
function origin(redirectUri: unknown): readonly string[] {
  const url = typeof redirectUri === 'string' ? URL.parse(redirectUri) : null
  return url && /^https?:$/.test(url.protocol) ? [url.origin] : []
}
