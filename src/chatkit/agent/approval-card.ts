// The widget that asks the person to approve calls, and the widget that replaces it after the
// decision. Words of the model or a server are plain text in it. Pure.

import type { PendingCall } from '../../agent/events.ts'
import { isObject, type JsonObject, parseJson, writeJson } from '../../core/json.ts'
import type { WidgetRoot } from '../protocol/item.ts'
import { APPROVE, DECLINE } from '../protocol/ours.ts'
import type { Decision, PendingApproval } from './approval-record.ts'
import { toolTitle } from './tool-title.ts'

/**
 * The card that asks. It says who would do what, with which arguments and rights. One decision
 * covers all its calls.
 */
export function askingCard({ id, calls }: PendingApproval, person: string): WidgetRoot {
  const payload = { approval: id }
  return {
    type: 'Card',
    size: 'md',
    children: [
      {
        type: 'Title',
        size: 'sm',
        value: calls.length === 1 ? 'Approve this?' : `Approve these ${calls.length} calls?`,
      },
      { type: 'Text', size: 'sm', value: `The assistant would do this for ${visible(person)}:` },
      ...calls.flatMap(callRows),
    ],
    confirm: {
      label: calls.length === 1 ? 'Approve' : `Approve all ${calls.length}`,
      action: { type: APPROVE, payload },
    },
    cancel: {
      label: calls.length === 1 ? 'Decline' : 'Decline all',
      action: { type: DECLINE, payload },
    },
  }
}

/**
 * The card after the decision, without buttons.
 *
 * @param askedAtMs When the person was asked, in milliseconds since the epoch.
 */
export function decidedCard(decision: Decision, askedAtMs: number): WidgetRoot {
  return {
    type: 'Card',
    size: 'md',
    children: [
      { type: 'Title', size: 'sm', value: headingOf(decision) },
      {
        type: 'Caption',
        value: `${noteOf(decision)} ${new Date(askedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      },
      ...decision.calls.flatMap(callRows),
    ],
  }
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

function headingOf({ verdict }: Decision): string {
  switch (verdict) {
    case 'approved':
      return 'Approved'
    case 'declined':
      return 'Declined'
    case 'expired':
      return 'Expired'
    case 'superseded':
      return 'Not approved'
  }
}

function noteOf({ verdict, outcome }: Decision): string {
  switch (verdict) {
    case 'declined':
      return 'Nothing was done. Declined'
    case 'expired':
      return 'Nothing was done. Asked again too late:'
    case 'superseded':
      return 'Nothing was done. The conversation went on'
    case 'approved':
      switch (outcome) {
        case 'done':
          return 'Done. Approved'
        case 'failed':
          // A server that reports a failure, or whose answer is lost, may have done it all the same.
          return 'This did not succeed, and it is not known whether part of it was done. Approved'
        case 'not_made':
          return 'Nothing was done. Approved'
        case 'under_way':
          return 'Under way; when nothing follows, it is not known whether it was done. Approved'
        case 'unknown':
          return 'It is not known whether this was done. Approved'
      }
  }
}

/**
 * A server's title for its tool can mislead, so the tool's name and the server always stand beside
 * it.
 */
function callRows({
  name: modelName,
  tool: name = modelName,
  server,
  title,
  scopes,
  arguments: args,
}: PendingCall): readonly JsonObject[] {
  const rights = scopes.length === 0 ? '' : `, with the rights ${scopes.join(', ')}`
  return [
    { type: 'Divider' },
    { type: 'Text', weight: 'semibold', value: visible(title ?? toolTitle(name, server)) },
    { type: 'Caption', value: visible(`${name} on ${server}${rights}`) },
    ...argumentsOf(args).map(([key, value]) => ({
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
function argumentsOf(text: string): readonly (readonly [name: string, value: string])[] {
  const value = parseJson(text)
  if (!isObject(value) || writeJson(value) === undefined)
    return [['arguments', typeof value === 'string' ? value : text]]
  return Object.entries(value).map(([name, part]) => [
    name,
    typeof part === 'string' ? part : JSON.stringify(part),
  ])
}

/**
 * Text in which nothing hides. Invisible or direction-changing characters are written as escapes:
 * with them, people could read something other than what is sent.
 */
function visible(text: string): string {
  return text.replace(
    /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]|[^\P{Cc}\n\t]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
