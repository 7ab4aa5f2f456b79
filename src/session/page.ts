// The small page where people see and end their sign-ins, and its script. An app may have a page of
// its own over the same routes.

import { htmlPage } from './pages.ts'
import type { SessionParts } from './parts.ts'

/** The page. Its form's answer sends people on to the issuer. */
export function signInsPage({ path, settings, endSessionEndpoint }: SessionParts): Response {
  const formsTo = new Set([settings.issuer, endSessionEndpoint ?? settings.issuer])
  const body = `<title>Where you are signed in</title>
<h1>Where you are signed in</h1>
<p id="said" role="status">Loading …</p>
<ul id="list"></ul>
<p><button id="all" hidden>Sign out everywhere</button></p>
<form method="post" action="${path}/sign-out"><button>Sign out here</button></form>
<script src="${path}/page.js" type="module"></script>`
  return htmlPage(body, { formsTo: [...formsTo].map((url) => new URL(url).origin) })
}

/** Its script. The header shows the server that a script of this origin asks. */
const SCRIPT = `const path = new URL('.', import.meta.url)
const said = document.querySelector('#said')
const list = document.querySelector('#list')
const all = document.querySelector('#all')
const ask = (way, method = 'GET') =>
  fetch(new URL(way, path), { method, headers: { 'X-OnBehalf': '1' }, credentials: 'same-origin' })
const time = (seconds) => new Date(seconds * 1000).toLocaleString()

async function end(way) {
  const answer = await ask(way, 'DELETE')
  said.textContent = answer.ok ? 'Signed out.' : 'That did not work. Try again in a moment.'
  await show()
}

async function show() {
  const answer = await ask('sign-ins')
  list.replaceChildren()
  all.hidden = !answer.ok
  if (!answer.ok) {
    said.textContent = answer.status === 401 ? 'You are not signed in.' : 'The list is not available right now.'
    return
  }
  const { signIns } = await answer.json()
  if (said.textContent.startsWith('Loading')) said.textContent = ''
  for (const { id, device, startedAt, usedAt, isThis } of signIns) {
    const row = document.createElement('li')
    row.textContent =
      device + (isThis ? ' (here)' : '') + ', since ' + time(startedAt) + ', last used ' + time(usedAt) + ' '
    const button = document.createElement('button')
    button.textContent = 'Sign out'
    button.setAttribute('aria-label', 'Sign out: ' + device)
    button.addEventListener('click', () => end('sign-ins/' + encodeURIComponent(id)))
    row.append(button)
    list.append(row)
  }
}

all.addEventListener('click', () => end('sign-ins'))
await show()
`

/** Answers the request for the script. */
export function pageScript(): Response {
  return new Response(SCRIPT, {
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    },
  })
}
