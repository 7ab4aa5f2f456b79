// Draws one lane of the comparison: what the thief got, what the model got, what it called, and what
// the person read.
import { el, icon } from '../dom.ts'
import { has, marked } from './mark.ts'
import type { Lane, Theft } from './parse.ts'

/** Draws the steps of a lane. */
export function drawLane(lane: Lane): readonly HTMLElement[] {
  const secret = lane.token?.value
  return [
    ...(lane.theft ? [drawTheft(lane.theft, secret)] : []),
    drawGot(lane, secret),
    step(
      'What the model called',
      el(
        'ul',
        { class: 'calls' },
        ...lane.calls.map(({ tool, args }) =>
          el('li', {}, el('code', {}, `${tool}(`, ...marked(args, secret, true), ')')),
        ),
        lane.calls.length === 0 ? el('li', { class: 'hint' }, 'No tool.') : undefined,
      ),
    ),
    step('What you read', el('p', { class: 'answer' }, lane.answer)),
  ]
}

/** The sentence that sums a lane up, and whether it is a bad one. */
export function verdict({ token, requests, theft }: Lane): {
  readonly text: string
  readonly bad: boolean
} {
  const { length } = requests
  const all = length === 1 ? 'the one model request' : `${length} model requests`
  const leaks = requests.filter((request) => has(request, token?.value)).length
  if (leaks > 0)
    return {
      bad: true,
      text: `A working token in ${leaks === length ? '' : `${leaks} of `}${all}${theft ? `, and ${afterLeak(theft)}` : ''}.`,
    }
  const reference = requests.some((request) => request.includes('onbehalf_ref_'))
  return {
    bad: false,
    text: `No credential in ${all}${reference ? ', only a worthless reference' : ''}.${theft ? ` The thief gets a ${theft.status}.` : ''}`,
  }
}

function afterLeak({ status, arrived }: Theft): string {
  if (status < 400) return 'a thief who uses it'
  return arrived === '' ? 'this time the model was not fooled' : 'the thief came too late'
}

function drawGot(lane: Lane, secret: string | undefined): HTMLElement {
  const facts =
    lane.token &&
    el(
      'p',
      { class: 'hint' },
      `A real token of yours for ${lane.token.audience.replace(/^https?:\/\//, '')}, scopes ${lane.token.scopes.join(' and ')}, thrown away after ${lane.token.seconds} s.`,
    )
  const whole = el(
    'details',
    { class: 'request' },
    el('summary', {}, `All ${lane.requests.length} requests, word for word`),
    el(
      'pre',
      { tabindex: 0, role: 'region', 'aria-label': 'All model requests' },
      ...marked(lane.requests.join('\n\n'), secret),
    ),
  )
  return step(
    'What the model got',
    el(
      'pre',
      { class: 'prompt', tabindex: 0, role: 'region', 'aria-label': 'The instructions' },
      ...marked(lane.instructions, secret),
    ),
    facts,
    whole,
  )
}

function drawTheft(theft: Theft, secret: string | undefined): HTMLElement {
  const works = theft.status < 400
  return el(
    'li',
    { class: works ? 'step theft bad' : 'step theft good', 'data-testid': 'theft' },
    el('h4', {}, icon(works ? 'warning' : 'shield'), 'What the thief got'),
    el(
      'p',
      {},
      ...(theft.arrived === ''
        ? ['Nothing. There was no token to send.']
        : [el('code', {}, ...marked(theft.arrived, secret, true))]),
    ),
    el(
      'p',
      { class: 'used' },
      el('span', { class: 'status-code' }, `${theft.status} ${theft.error ?? reasonOf(theft)}`),
      ` GET /api/tasks with ${theft.arrived === '' ? 'nothing' : 'it'}: ${theft.sentence}`,
    ),
  )
}

function reasonOf({ status }: Theft): string {
  return status === 200 ? 'OK' : status === 401 ? 'unauthorized' : ''
}

function step(title: string, ...content: readonly (HTMLElement | undefined)[]): HTMLElement {
  return el('li', { class: 'step' }, el('h4', {}, title), ...content)
}
