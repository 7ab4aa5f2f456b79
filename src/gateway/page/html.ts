// The frame of the connections page: its headers, its policy and its look. It has no script.

import { escaped } from '../escaped.ts'

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Nothing but its own style sheet is loaded, and its forms go nowhere else. */
const POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** A page. The body is HTML already. */
export function htmlPage(title: string, body: string, style: string, status = 200): Response {
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="${escaped(style)}">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
  const headers = {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
  }
  return new Response(text, { status, headers })
}

/** Sends the browser to a path of the gateway. */
export function goTo(path: string): Response {
  return new Response(null, { status: 303, headers: { ...HEADERS, location: path } })
}

/** Answers the request for the style sheet. */
export function styleSheet(): Response {
  const headers = { ...HEADERS, 'cache-control': 'no-cache', 'content-type': 'text/css' }
  return new Response(STYLE, { headers })
}

const STYLE = `:root {
  color-scheme: light dark;
  --page: #f5f5f3; --card: #fff; --line: #c8c8c4; --text: #1b1b1a; --quiet: #56564f;
  --act: #0b57d0; --on-act: #fff; --good: #0f6b35; --bad: #a8201a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141414; --card: #1f1f1e; --line: #4a4a47; --text: #ededeb; --quiet: #b4b4ae;
    --act: #a8c7fa; --on-act: #062e6f; --good: #7fd39b; --bad: #f2b8b5;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere }
p { margin: .25rem 0; overflow-wrap: anywhere }
ul { list-style: none; margin: 0; padding: 0 }
li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: .75rem 0 }
pre { margin: .5rem 0; padding: .75rem; max-height: 20rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--page); border-radius: .375rem; font: .875rem/1.45 ui-monospace, monospace }
.quiet { color: var(--quiet) } .good { color: var(--good) } .bad { color: var(--bad) }
.told { border-inline-start: .25rem solid var(--act); padding: .5rem .75rem; margin: 1rem 0; background: var(--card) }
.acts { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem; align-items: end }
.field { flex: 1 1 12rem; min-width: 0 }
label { display: block }
a { color: var(--act) }
input, button, .button { font: inherit; min-height: 2.75rem; border-radius: .375rem; padding: .5rem 1rem }
input { width: 100%; border: 1px solid var(--quiet); background: var(--card); color: var(--text) }
button, .button { display: inline-flex; align-items: center; border: 1px solid var(--act); cursor: pointer; text-decoration: none; background: var(--act); color: var(--on-act) }
button.second { background: transparent; color: var(--bad); border-color: var(--bad) }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
`
