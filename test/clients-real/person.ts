// A person at a browser, as a script: they allow the client on the gateway's page, sign in at TaskFlow's
// issuer, and come back to the client. It has no tests.

const MAX_STEPS = 20

/**
 * Goes the whole way.
 *
 * @param start What the client wanted to have opened.
 * @param as Who signs in.
 * @param stopAt The client's own address, where no program listens.
 * @returns What the client's own page says at the end, or the URL at which it stopped.
 * @throws Error with the page, when the way ends before.
 */
export async function connectAs(start: string, as: string, stopAt?: string): Promise<string> {
  const cookies = new Map<string, Map<string, string>>()
  let url = new URL(start)
  let form: URLSearchParams | undefined
  for (let step = 0; step < MAX_STEPS; step++) {
    const jar = cookies.get(url.origin) ?? new Map<string, string>()
    cookies.set(url.origin, jar)
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form ? { origin: 'null', 'sec-fetch-site': 'same-origin' } : {}),
      },
      ...(form ? { method: 'POST', body: form } : {}),
    })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      jar.set(name, value)
    }
    const page = await answer.text()
    const next = onward(answer, page)
    form = next === undefined ? fillIn(page, as) : undefined
    if (next === undefined && form === undefined) {
      if (answer.ok) return page
      throw new Error(`${url.origin}${url.pathname} answers ${answer.status}: ${page}`)
    }
    if (next !== undefined) url = new URL(next, url)
    if (stopAt !== undefined && url.href.startsWith(stopAt)) return url.href
  }
  throw new Error('the way has too many steps')
}

/** Where a redirect or a page leads by itself. */
function onward({ headers }: Response, page: string): string | undefined {
  const [, refresh] = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(page) ?? []
  return headers.get('location') ?? refresh?.replaceAll('&amp;', '&')
}

/** The forms of the two pages. Both go to the address that they came from. */
function fillIn(page: string, as: string): URLSearchParams | undefined {
  const [, request] = /name="request" value="([^"]+)"/.exec(page) ?? []
  if (request !== undefined) return new URLSearchParams({ request, decision: 'allow' })
  return page.includes(`name="account" value="${as}"`)
    ? new URLSearchParams({ account: as })
    : undefined
}
