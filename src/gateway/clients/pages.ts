// What a person's browser is shown on the way to the issuer. Everything from outside is escaped, and
// nothing of what an issuer said is there.

import { escaped } from '../escaped.ts'

const HEADERS = {
  'cache-control': 'no-store',
  'content-type': 'text/html; charset=utf-8',
  // Another site could lay the page under its own buttons.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** What a person is asked to agree to. */
export interface AskedOfPerson {
  /** What the client calls itself. */
  readonly name: string
  /** The host of its metadata document. */
  readonly host: string | undefined
  /** Where the person is sent in the end. */
  readonly place: string
  /** The address that the client wants to use. */
  readonly resource: string
  readonly scopes: readonly string[]
  /** What the form brings back. */
  readonly sealed: string
  /** Where the form goes. */
  readonly action: string
}

/** The page that asks. */
export function consentPage(asked: AskedOfPerson, cookie: string): Response {
  const { name, host, place, resource, scopes, sealed, action } = asked
  const scopeLine =
    scopes.length === 0 ? '' : `<dt>It asks for</dt><dd>${escaped(scopes.join(', '))}</dd>`
  const whoLine =
    host === undefined
      ? 'The program chose this name itself: nobody has checked it.'
      : `It is described at ${escaped(host)}.`
  return page(
    200,
    `<title>Allow access?</title>
<h1>Allow “${escaped(name)}” to act as you?</h1>
<p>${whoLine} Go on only if you have just started to connect it yourself.</p>
<dl><dt>It wants to use</dt><dd>${escaped(resource)}</dd>
<dt>After you have signed in, you are sent to</dt><dd>${escaped(place)}</dd>${scopeLine}</dl>
<form method="post" action="${escaped(action)}">
<input type="hidden" name="request" value="${escaped(sealed)}">
<button name="decision" value="allow">Allow and sign in</button>
<button name="decision" value="deny">Do not allow</button>
</form>`,
    { 'set-cookie': cookie },
  )
}

/**
 * Sends the person on after the form. It is no redirect: browsers hold those after a form to the hosts
 * that the form may go to, and an issuer may lead over hosts of its own.
 */
export function onwardPage(location: string): Response {
  return page(
    200,
    `<meta http-equiv="refresh" content="0;url=${escaped(location)}">
<title>One moment</title>
<p><a href="${escaped(location)}">Go on</a></p>`,
  )
}

/** What went wrong, where nobody can be sent back to. */
export function problemPage(status: number, sentence: string): Response {
  return page(
    status,
    `<title>Not connected</title>
<h1>Not connected</h1>
<p>${escaped(sentence)}</p>`,
  )
}

/** Sends the browser on. */
export function redirect(location: string): Response {
  const headers = {
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  }
  return new Response(null, { status: 302, headers })
}

function page(status: number, body: string, more: Readonly<Record<string, string>> = {}): Response {
  const text = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}dd{overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1rem}</style>
${body}
</html>
`
  return new Response(text, { status, headers: { ...HEADERS, ...more } })
}
