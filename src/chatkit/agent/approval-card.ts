// The widget that asks the person to approve calls, and the widget that replaces it after the
// decision. Words of the model or a server are plain text in it. Pure.

import { visible } from '../../agent/visible.ts'
import { isObject, type JsonObject, parseJson, writeJson } from '../../core/json.ts'
import type { WidgetRoot } from '../protocol/item.ts'
import { fill } from '../protocol/named-text.ts'
import { APPROVE, DECLINE } from '../protocol/ours.ts'
import type { Decision, PendingApproval, ShownCall } from './approval-record.ts'
import { APPROVAL_WORDS, type ApprovalWords, wholeApprovalWords } from './approval-words.ts'
import { type Say, sayer } from './say.ts'
import { toolTitle } from './tool-title.ts'

/**
 * The card that asks. It says who would do what, with which arguments and rights. One decision
 * covers all its calls.
 */
export function askingCard(
  { id, calls }: PendingApproval,
  person: string,
  words: ApprovalWords,
): WidgetRoot {
  const say = sayerOf(words)
  const payload = { approval: id }
  const isOne = calls.length === 1
  const count = { count: String(calls.length) }
  return {
    type: 'Card',
    size: 'md',
    children: [
      {
        type: 'Title',
        size: 'sm',
        ...(isOne ? say('value', 'question') : say('value', 'questions', count)),
      },
      { type: 'Text', size: 'sm', ...say('value', 'intro', { person }) },
      ...calls.flatMap((call) => callRows(call, words, say)),
    ],
    confirm: {
      ...(isOne ? say('label', 'approve') : say('label', 'approveAll', count)),
      action: { type: APPROVE, payload },
    },
    cancel: {
      ...say('label', isOne ? 'decline' : 'declineAll'),
      action: { type: DECLINE, payload },
    },
  }
}

/**
 * The card after the decision, without buttons.
 *
 * @param askedAtMs When the person was asked, in milliseconds since the epoch.
 */
export function decidedCard(
  decision: Decision,
  askedAtMs: number,
  words: ApprovalWords,
): WidgetRoot {
  const { verdict, outcome, calls } = decision
  const say = sayerOf(words)
  const time = `${new Date(askedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return {
    type: 'Card',
    size: 'md',
    children: [
      { type: 'Title', size: 'sm', ...say('value', `headings.${verdict}`) },
      {
        type: 'Caption',
        ...say('value', verdict === 'approved' ? `outcomes.${outcome}` : `refused.${verdict}`, {
          time,
        }),
      },
      ...calls.flatMap((call) => callRows(call, words, say)),
    ],
  }
}

function sayerOf(words: ApprovalWords): Say<ApprovalWords> {
  return sayer('approval', wholeApprovalWords(APPROVAL_WORDS), wholeApprovalWords(words))
}

/** What the model reads about a decision in later runs. */
export function decisionNote({ verdict, outcome, calls }: Decision): string {
  const what = calls.map(({ name, arguments: args }) => `${name} ${args}`).join(', ')
  switch (verdict) {
    case 'declined':
      return `The person declined this call, and it was not made: ${what}`
    case 'expired':
    case 'superseded':
      return `The person did not approve this call, and it was not made: ${what}`
    case 'approved':
      return `The person approved this call, ${resultOf(outcome)}: ${what}`
  }
}

function resultOf(outcome: Decision['outcome']): string {
  switch (outcome) {
    case 'done':
      return 'and it was made'
    case 'failed':
      return 'and it did not succeed; it is not known whether part of it was done, so look before trying again'
    case 'not_made':
      return 'and it was not made'
    case 'under_way':
    case 'unknown':
      return 'and it is not known whether it was made; look before trying again'
  }
}

/** The app's names of an object and an action are cut: a card must stay readable. */
const MAX_NAME_CHARS = 200

/**
 * What the call would do, as the app says it, else by the tool's title; then exactly what it is. A
 * server's title for its tool can mislead, so the tool's name and the server always stand beside
 * it, and the arguments below.
 */
function callRows(
  {
    name: modelName,
    tool: name = modelName,
    server,
    title,
    scopes,
    arguments: args,
    described,
  }: ShownCall,
  words: ApprovalWords,
  say: Say<ApprovalWords>,
): readonly JsonObject[] {
  const { title: said = title ?? toolTitle(name, server), object } = described ?? {}
  const heading = visible(said.slice(0, MAX_NAME_CHARS))
  const caption =
    scopes.length === 0
      ? say('value', 'tool', { name, server })
      : say('value', 'rights', { name, server, rights: scopes.join(', ') })
  return [
    { type: 'Divider' },
    {
      type: 'Text',
      weight: 'semibold',
      value:
        object === undefined
          ? heading
          : fill(words.about, { title: heading, object: visible(object.slice(0, MAX_NAME_CHARS)) }),
    },
    { type: 'Caption', ...caption },
    ...argumentsOf(args, words).map(([key, value]) => ({
      type: 'Text',
      size: 'sm',
      value: `${visible(key)}: ${visible(value)}`,
    })),
  ]
}

/**
 * What the call is made with, part by part. A run promises an object. Of one that breaks its word,
 * or that is too deep to take apart, the person still sees everything that they approve.
 */
function argumentsOf(
  text: string,
  words: ApprovalWords,
): readonly (readonly [name: string, value: string])[] {
  const value = parseJson(text)
  if (!isObject(value) || writeJson(value) === undefined)
    return [[words.arguments, typeof value === 'string' ? value : text]]
  return Object.entries(value).map(([name, part]) => [
    name,
    typeof part === 'string' ? part : JSON.stringify(part),
  ])
}
