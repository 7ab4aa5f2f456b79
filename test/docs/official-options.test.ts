// docs/chat/official-options.md names every option, method and event of the official types.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('docs/chat/official-options.md')
const types = read('node_modules/@openai/chatkit/types/index.d.ts')
  .replace(/\/\*[\s\S]*?\*\//g, '')
  .replace(/^\s*\/\/.*$/gm, '')

/** Cuts a text at a sign, where no bracket is open. */
function cutAt(text: string, sign: ';' | '|'): readonly string[] {
  const pieces = ['']
  let depth = 0
  for (const one of text.replaceAll('=>', '')) {
    if ('{([<'.includes(one)) depth += 1
    if ('})]>'.includes(one)) depth -= 1
    if (one === sign && depth === 0) pieces.push('')
    else pieces.push((pieces.pop() ?? '') + one)
  }
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '')
}

/** The text behind `type NAME =` or `interface NAME`, up to its end. */
function declared(name: string): string {
  const [, behind = ''] = types.split(
    new RegExp(`(?:type ${name} =|interface ${name} extends \\w+)\\s`),
  )
  return cutAt(behind.replace(/\n\}\n/, '\n};\n'), ';')[0] ?? ''
}

/** The names and types of the settings in a type. Those of a list are one setting. */
function settingsOf(type: string): readonly (readonly [name: string, type: string])[] {
  return cutAt(type, '|').flatMap((one) => {
    if (/^\w+$/.test(one)) return settingsOf(declared(one))
    if (!one.startsWith('{') || !one.endsWith('}')) return []
    return cutAt(one.slice(1, -1), ';').map((member) => {
      const [, name = '', rest = ''] = /^'?([\w.]+)'?\??:?([\s\S]*)$/.exec(member) ?? []
      return [name.replace(/<[\s\S]*/, ''), rest.trim()] as const
    })
  })
}

/** Settings whose parts the page explains in the row of the whole. */
const WHOLE = ['header.leftAction', 'header.rightAction', 'theme.color.', 'api.uploadStrategy']

function optionsIn(type: string, prefix = ''): readonly string[] {
  return settingsOf(type).flatMap(([short, its]) => {
    const name = prefix + short
    const isWhole = WHOLE.some((whole) => name.startsWith(whole))
    return isWhole || settingsOf(its).length === 0 ? [name] : optionsIn(its, `${name}.`)
  })
}

/** What the rows of a section name in their first column. */
function section(title: string): readonly string[] {
  const text = page.split(/^## /m).find((one) => one.startsWith(title)) ?? ''
  const rows = [...text.matchAll(/^\| (`.*?`) \|/gm)].map(([, names]) => names ?? '')
  const names = rows.flatMap((row) => [...row.matchAll(/`([\w.]+)`/g)])
  return names.map(([, name]) => name ?? '').sort()
}

it('has a row for every option, and no row for another', () => {
  const official = optionsIn(declared('ChatKitOptions'))
  expect(official.length).toBeGreaterThan(40)
  // `theme` can also be a word.
  expect(section('Options')).toEqual([...official, 'theme'].sort())
})

it('has a row for every method', () => {
  const methods = settingsOf(declared('OpenAIChatKit')).map(([name]) => name)
  expect(section('Methods')).toEqual([...new Set(methods)].sort())
})

it('has a row for every event', () => {
  const events = settingsOf(declared('ChatKitEvents')).map(([name]) => name)
  expect(section('Events')).toEqual(events.sort())
})
