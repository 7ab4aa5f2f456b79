// Draws the calls that wait for the person's yes, each as it would be made. Pure.

import type { AskedCall } from '../../core/call-approvals.ts'
import { parseJson } from '../../core/json.ts'
import { escaped } from '../escaped.ts'
import type { Shown } from './shown-types.ts'
import { dayOf } from './times.ts'

/** The section; empty where nothing waits, and the person did not come for that. */
export function waitingSection({ waiting, call, path }: Shown): string {
  if (waiting.length === 0 && call === undefined) return ''
  const first = waiting.toSorted(
    (one, other) => Number(other.id === call) - Number(one.id === call),
  )
  const isOver = call !== undefined && first[0]?.id !== call
  const cards = first.map((one) => card(one, one.id === call, path)).join('\n')
  return `<section aria-labelledby="waiting">
<h2 id="waiting">Waiting for your yes</h2>
${isOver ? '<p>The call that you came for waits no more: it was decided, or its time is over.</p>' : ''}
${waiting.length === 0 ? '' : `<p class="quiet">A yes is for one call, exactly as it is shown here.</p><ul>${cards}</ul>`}
</section>`
}

/** A card. Who came for it begins there, and not at a button: nobody says yes by accident. */
function card(
  { id, server, tool, arguments: args, endsAt }: AskedCall,
  isWanted: boolean,
  path: string,
): string {
  const hidden = `<span class="hidden">&nbsp;${escaped(visible(tool))} of ${escaped(server)}</span>`
  const form = (act: string, words: string, look: string) =>
    `<form method="post" action="${escaped(`${path}/${act}`)}"><input type="hidden" name="id" value="${escaped(id)}"><button${look}>${words}${hidden}</button></form>`
  return `<li${isWanted ? ' aria-current="true" tabindex="-1" autofocus' : ''}>
<h3>${escaped(visible(tool))} <span class="quiet">of ${escaped(server)}</span></h3>
<pre tabindex="0" aria-label="What is sent along">${escaped(visible(spread(args)))}</pre>
<p class="quiet">It waits until ${escaped(dayOf(endsAt / 1000))}.</p>
<div class="acts">${form('approve', 'Yes, do it', '')}${form('decline', 'No', ' class="second"')}</div>
</li>`
}

/** Deeper JSON is shown as it came: the indentation would be longer than the rest. */
const MAX_DEPTH = 20

/** JSON over several lines. */
function spread(json: string): string {
  const value = depthOf(json) > MAX_DEPTH ? undefined : parseJson(json)
  return value === undefined ? json : JSON.stringify(value, null, 2)
}

function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  for (const character of json.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (character === '[' || character === '{') depth += 1
    if (character === ']' || character === '}') depth -= 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/**
 * Characters that are not seen, or turn the direction, as JSON would write them. Some are no controls:
 * variation selectors, fillers, the blank of Braille, and spaces that look like the usual one.
 */
const UNSEEN = /[^\P{C}\n]|(?! )\p{Z}|\p{Default_Ignorable_Code_Point}|\u2800/gu

function visible(text: string): string {
  return text.replace(UNSEEN, (character) =>
    [...character].map((one) => `\\u{${one.codePointAt(0)?.toString(16)}}`).join(''),
  )
}
