// A result as one page to look at: no scripts, nothing that is loaded from elsewhere.

import type { Leak } from '../judge/leaks.ts'
import type { LeaktestResult } from './result.ts'
import { commandOf, numbersOf, secretOf, sentenceOf, sizeOf, verdictOf } from './sentences.ts'

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; display: block; overflow-x: auto }
th, td { border: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top }
th { font-weight: 600 }
td.leak { background: #d33; color: #fff }
td.clean { color: #393 }
.verdict { font-size: 1.4rem; font-weight: 600 }
.verdict.leak, .verdict.unknown { color: #d33 }
.verdict.clean { color: #393 }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
`

/** The page. */
export function htmlOf(result: LeaktestResult): string {
  const { target, verdict, known, unknown, notes } = result
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Leak test: ${escaped(target)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Leak test: ${escaped(target)}</h1>
<p class="verdict ${verdict}">${escaped(verdictOf(result))}</p>
${numbersOf(result)
  .map((line) => `<p>${escaped(line)}</p>`)
  .join('\n')}
${listed('Could not tell', unknown)}
${leaksTable(result)}
${listed('Known, not removed', known.map(sentenceOf))}
${sinksTable(result)}
${listed('Notes', notes)}
</main>
</body>
</html>
`
}

function listed(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  return `<h2>${title}</h2>\n<ul>\n${lines.map((line) => `<li>${escaped(line)}</li>`).join('\n')}\n</ul>`
}

function leaksTable(result: LeaktestResult): string {
  if (result.leaks.length === 0) return ''
  const row = (leak: Leak) =>
    `<tr><td>${escaped(sentenceOf(leak))}</td><td>${escaped(leak.place)}</td><td><code>${escaped(commandOf(leak, result))}</code></td></tr>`
  return `<h2>Leaks</h2>
<table>
<thead><tr><th>What</th><th>Where, the first time</th><th>To see it again</th></tr></thead>
<tbody>
${result.leaks.map(row).join('\n')}
</tbody>
</table>`
}

/** Each sink and each secret that leaked anywhere. */
function sinksTable({ sinks, leaks, compared }: LeaktestResult): string {
  const secrets = [...new Set(leaks.map(secretOf))]
  const cell = (sink: string, secret: string) => {
    const leak = leaks.find((one) => one.sink === sink && secretOf(one) === secret)
    return leak ? `<td class="leak">${leak.times}</td>` : '<td class="clean">0</td>'
  }
  const rows = sinks.map(({ name, records, bytes }) => {
    const same = compared.find(({ sink }) => sink === name)?.verdict ?? 'not compared'
    return `<tr><th scope="row">${escaped(name)}</th><td>${records}</td><td>${sizeOf(bytes)}</td><td>${same}</td>${secrets.map((secret) => cell(name, secret)).join('')}</tr>`
  })
  const heads = ['Sink', 'Records', 'Size', 'With other secrets', ...secrets]
  return `<h2>Sinks</h2>
<table>
<thead><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`
}

/** A text as HTML. Places may be named by whoever attacked. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}
