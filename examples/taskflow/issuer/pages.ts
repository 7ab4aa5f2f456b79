// The issuer's pages for sign-in, sign-out and errors: plain HTML with one inline style. They have
// no script and load nothing.

import { createHash } from 'node:crypto'
import type { Context } from 'oidc-provider'
import { people } from './accounts.ts'

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566173; --ground: #f3f5f8; --card: #fff; --line: #d5dbe4; --main: #1f4fd8; --on-main: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf3; --soft: #a5b0c2; --ground: #12161d; --card: #1b212b; --line: #333d4c; --main: #8fb0ff; --on-main: #0d1526 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 24rem; padding: 2rem 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.25 }
p { margin: 0 0 1rem; overflow-wrap: anywhere }
.note { color: var(--soft); font-size: .9375rem }
form { display: grid; gap: .75rem; margin-top: 1.25rem }
button { min-height: 3rem; padding: .625rem 1rem; border: 0; border-radius: .5rem; background: var(--main); color: var(--on-main);
  font: inherit; font-weight: 600; cursor: pointer }
button:hover { filter: brightness(1.08) }
a { color: var(--main) }
button:focus-visible, a:focus-visible { outline: 3px solid var(--main); outline-offset: 3px }
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/**
 * The policy of every page. `script-src` is empty but there, so that oidc-provider adds the hash of
 * the one script it needs (a form that submits itself when the person changes). Browsers hold
 * redirects after a form to `form-action`, so the app's origin is in it.
 */
export function contentSecurityPolicy(formTargets: readonly string[]): string {
  const form = `form-action 'self' ${formTargets.join(' ')}`
  return `default-src 'none';style-src 'sha256-${STYLE_HASH}';script-src;${form};base-uri 'none';frame-ancestors 'none'`
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

/** Makes the sign-in page for one request. It says what the client asks for. */
export function signInPage(uid: string, clientName: string, mayChange: boolean): string {
  const buttons = people.map(
    ({ subject, name }) =>
      `<button type="submit" name="account" value="${escapeHtml(subject)}">Continue as ${escapeHtml(name)}</button>`,
  )
  return page(
    'Sign in to TaskFlow',
    `<h1>Sign in to TaskFlow</h1>
<p>${escapeHtml(clientName)} asks to ${mayChange ? 'read and change' : 'read'} your tasks.</p>
<p class="note">This is a demo and has no passwords: choose who you want to be. Each person has their own tasks.</p>
<form method="post" action="/interaction/${encodeURIComponent(uid)}">
${buttons.join('\n')}
</form>`,
  )
}

/** Asks before a sign-out. oidc-provider makes the `form`, with its secret against forgery. */
export function signOutPage(context: Context, form: string): void {
  context.body = page(
    'Sign out of TaskFlow',
    `<h1>Sign out of TaskFlow?</h1>
<p class="note">The assistant can then no longer act in your name.</p>
${form.replace('</form>', '<button type="submit" name="logout" value="yes">Sign out</button></form>')}`,
  )
}

/** Shows that the person is signed out, when the app gave no address to return to. */
export function signedOutPage(web: string): (context: Context) => void {
  return (context) => {
    context.type = 'html'
    context.body = page(
      'Signed out',
      `<h1>You are signed out</h1>\n<p><a href="${escapeHtml(web)}/">Back to TaskFlow</a></p>`,
    )
  }
}

/** Shows an error that cannot be sent to a client. */
export function errorPage(
  web: string,
): (
  context: Context,
  out: { readonly error: string; readonly error_description?: string },
) => void {
  return (context, { error, error_description: description = '' }) => {
    context.type = 'html'
    context.body = page(
      'Sign-in problem',
      `<h1>This sign-in did not work</h1>
<p>It may have expired, or the link was not complete. Start again from the app.</p>
<p class="note">${escapeHtml(error)}${description === '' ? '' : `: ${escapeHtml(description)}`}</p>
<p><a href="${escapeHtml(web)}/">Back to TaskFlow</a></p>`,
    )
  }
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
