// A person at a browser, as far as a sign-in needs one: it follows redirects, keeps cookies, and
// fills in forms. It ends at the client's redirect URI, which it does not ask.

import { request } from 'undici'
import { cookieJar } from '../../examples/taskflow/issuer/cookie-jar.ts'
import { must } from './tally.ts'

/** A person of an issuer. */
export interface Person {
  readonly name: string
  readonly email: string
  readonly password: string
}

/** A sign-in takes fewer requests than this. */
const MAX_REQUESTS = 20

/** A browser of one person, with the cookies of one issuer. */
export interface Browser {
  /** Visits a page and goes on, until it is sent to a URL that begins with `until`. */
  visit(url: string, until: string): Promise<URL>
  /** Sends a request with its cookies. */
  send(url: string, init?: RequestInit): Promise<Response>
}

/** Opens a browser for a person. */
export function openBrowser(person: Person): Browser {
  const jar = cookieJar()

  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const { pathname } = new URL(url)
    const headers = new Headers(init.headers)
    headers.set('cookie', jar.header(pathname))
    if (!headers.has('accept')) headers.set('accept', 'text/html')
    // A server may answer a page's own script otherwise. The built-in fetch always says that it is one.
    headers.set('sec-fetch-mode', 'navigate')
    const response = await navigate(url, headers, init)
    jar.keep(response)
    return response
  }

  return {
    send,
    async visit(start, until) {
      let url = start
      let form: Form | undefined
      for (let asked = 0; asked < MAX_REQUESTS; asked++) {
        const response = await send(
          form?.action ?? url,
          form ? { method: 'POST', body: form.fields } : {},
        )
        const here = form?.action ?? url
        const location = response.headers.get('location')
        const text = await response.text()
        if (location !== null) {
          const next = new URL(location, here)
          if (next.href.startsWith(until)) return next
          url = next.href
          form = undefined
          continue
        }
        form = formOf(text, here, person)
        must(form, `${here} answered ${response.status} without a form: ${text.slice(0, 600)}`)
      }
      throw new Error(`no end after ${MAX_REQUESTS} requests, at ${url}`)
    },
  }
}

async function navigate(url: string, headers: Headers, init: RequestInit): Promise<Response> {
  const { body, method = 'GET' } = init
  if (body) headers.set('content-type', 'application/x-www-form-urlencoded')
  const answer = await request(url, {
    method: method === 'POST' ? 'POST' : 'GET',
    headers: Object.fromEntries(headers),
    ...(body ? { body: String(body) } : {}),
  })
  const answered = new Headers()
  for (const [name, value] of Object.entries(answer.headers))
    for (const one of [value ?? []].flat()) answered.append(name, one)
  const text = await answer.body.text()
  return new Response([204, 304].includes(answer.statusCode) ? null : text, {
    status: answer.statusCode,
    headers: answered,
  })
}

interface Form {
  readonly action: string
  readonly fields: URLSearchParams
}

/** Reads the first form of a page, and fills it in. */
function formOf(html: string, page: string, person: Person): Form | undefined {
  const [, tag = '', body = ''] = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html) ?? []
  if (body === '' && tag === '') return undefined
  const fields = new URLSearchParams()
  for (const [, input = ''] of body.matchAll(/<(?:input|button)\b([^>]*)>/gi)) {
    const name = attribute(input, 'name')
    if (name === undefined) continue
    const type = attribute(input, 'type')
    if (type === 'password') fields.set(name, person.password)
    else if (/^(?:username|login)$/.test(name)) fields.set(name, person.name)
    else if (name === 'email') fields.set(name, person.email)
    else fields.append(name, attribute(input, 'value') ?? (type === 'checkbox' ? 'on' : ''))
  }
  return { action: new URL(attribute(tag, 'action') ?? page, page).href, fields }
}

function attribute(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`, 'i').exec(tag) ?? []
  return value?.replaceAll('&amp;', '&')
}
