// What the drawing of a widget needs, and its bounds. No component is drawn here.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import type { ItemHost } from '../contract.ts'
import { text } from './values.ts'

/** Where an action is sent from. */
export interface Sending {
  /** The element that sends the action. */
  readonly from: Element
  /** The name and the value of the field that sends the action. */
  readonly own?: readonly [string, string | boolean]
  /** Whether the fields of the form must be valid. */
  readonly checked?: boolean
}

/** What the drawing needs, and how much more may be drawn. */
export interface Drawing {
  readonly host: ItemHost
  /** Tells the fields of two widgets on one page apart. */
  readonly prefix: string
  /** The actions that were sent and have not ended. */
  readonly running: ReadonlySet<JsonObject>
  /** The names of the fields that a `Label` names. */
  readonly labelled: ReadonlySet<string>
  /** The action that submits the form around the component, if there is a form. */
  readonly submit: JsonObject | undefined
  act(action: JsonObject, sending: Sending): void
  /** The number of components that may still be drawn. `cut`: there were more, or deeper ones. */
  readonly bounds: { left: number; cut: boolean }
}

/** The levels and components of a widget that are drawn. */
export const MAX_DEPTH = 24
export const MAX_COMPONENTS = 1500

/**
 * Whether an action cannot be sent now: it is on its way, or it would stream while an answer is
 * being written. An action for the page, or one with a JSON answer, disturbs no answer.
 */
export function isBlocked(
  action: JsonObject,
  { host, running }: Pick<Drawing, 'host' | 'running'>,
): boolean {
  const streams = (other: JsonObject) => other.streaming !== false && other.handler !== 'client'
  return running.has(action) || (streams(action) && (host.busy || [...running].some(streams)))
}

/** Whether to show that the action is on its way, at the place that sent it. */
export function isBusy(
  action: JsonObject | undefined,
  { running }: Pick<Drawing, 'running'>,
): boolean {
  return (
    action !== undefined &&
    running.has(action) &&
    action.loadingBehavior !== 'none' &&
    action.loadingBehavior !== 'container'
  )
}

/** Takes a component, or `count` of them, from the number that may still be drawn. */
export function take({ bounds }: Drawing, count = 1): boolean {
  bounds.left -= count
  if (bounds.left < 0) bounds.cut = true
  return bounds.left >= 0
}

/** Returns the key of a component that names itself. */
export function keyOf(component: JsonObject): { readonly key?: string } {
  const key = text(component, 'key') ?? text(component, 'id')
  return key === undefined ? {} : { key }
}
