// What a person's browser is answered. Nothing of what an issuer or a stranger sent is in it.

import { isTemporary, type Refusal } from '../core/errors.ts'

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Sends the person on. */
export function redirect(
  status: 302 | 303,
  location: string,
  cookies: readonly string[],
): Response {
  return withCookies(new Response(null, { status, headers: { ...HEADERS, location } }), cookies)
}

/** Answers a script of the app's page. */
export function answerJson(
  value: unknown,
  status = 200,
  cookies: readonly string[] = [],
): Response {
  return withCookies(Response.json(value, { status, headers: HEADERS }), cookies)
}

/** The answer to a request that does not come from a page of the app itself. */
export function notOwnPage(): Response {
  return answerJson(
    {
      code: 'invalid_request',
      message:
        'This request must come from a page of this app itself, with the header X-OnBehalf: 1.',
    },
    400,
  )
}

/** What a page has beside its text. */
interface PageOptions {
  readonly status?: number
  readonly cookies?: readonly string[]
  /** Origins that the answer to its form may send people on to: browsers hold the form to them. */
  readonly formsTo?: readonly string[]
}

/** A page, with a policy that lets it load and send nothing but what the app's own origin has. */
export function htmlPage(
  body: string,
  { status = 200, cookies = [], formsTo = [] }: PageOptions = {},
): Response {
  const forms = ["'self'", ...formsTo].join(' ')
  const policy = `default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action ${forms}; frame-ancestors 'none'`
  const headers = {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
  }
  const text = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}</style>
${body}
</html>
`
  return withCookies(new Response(text, { status, headers }), cookies)
}

/** The page for a sign-in that came to nothing. It says what to do. */
export function refusalPage(
  refusal: Refusal,
  signInPath: string,
  cookies: readonly string[],
): Response {
  const { reason } = refusal
  const isOurs = !isTemporary(reason) && reason !== 'exchange_grant_refused'
  const sentence = isTemporary(reason)
    ? 'You were not signed in: the sign-in service cannot be reached right now. Try again in a moment.'
    : isOurs
      ? 'You were not signed in. The sign-in did not begin in this browser, took too long, or was used already; or an administrator finds another reason in the audit log.'
      : 'You were not signed in: the sign-in service says that it was declined.'
  return htmlPage(
    `<title>Not signed in</title>
<h1>Not signed in</h1>
<p>${sentence}</p>
<p><a href="${signInPath}">Sign in again</a></p>`,
    { status: isTemporary(reason) ? 503 : 400, cookies },
  )
}

function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}
