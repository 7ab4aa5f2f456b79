// What the drawing of a widget needs, and its bounds. No component is drawn here.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import type { ItemHost } from '../contract.ts'
import { text } from './values.ts'

/** What sends an action. */
export interface Sending {
  /** The element that it comes from. */
  readonly from: Element
  /** The name and the value of the field that sends it. */
  readonly own?: readonly [string, string | boolean]
  /** The fields of the form must hold what they may. */
  readonly checked?: boolean
}

/** What drawing needs, and how much more may be drawn. */
export interface Drawing {
  readonly host: ItemHost
  /** Tells apart the fields of two widgets on one page. */
  readonly prefix: string
  /** The actions whose end is waited for. */
  readonly running: ReadonlySet<JsonObject>
  /** The names of the fields that a `Label` names. */
  readonly labelled: ReadonlySet<string>
  /** What submitting the form does that is being drawn, if there is one. */
  readonly submit: JsonObject | undefined
  act(action: JsonObject, sending: Sending): void
  /** Components that may still be drawn; `cut` when there were more, or deeper ones. */
  readonly bounds: { left: number; cut: boolean }
}

/** Levels and components of a widget that are drawn. */
export const DEEPEST = 24
export const MOST_COMPONENTS = 1500

/**
 * Whether an action cannot be sent now: it is under way, or it streams while an answer is being written that it would come between. What stays
 * in the page, and what is answered at once, comes between nothing.
 */
export function isBlocked(
  action: JsonObject,
  { host, running }: Pick<Drawing, 'host' | 'running'>,
): boolean {
  const streams = (one: JsonObject) => one.streaming !== false && one.handler !== 'client'
  return running.has(action) || (streams(action) && (host.busy || [...running].some(streams)))
}

/** Whether to show at the place of an action that it is under way. */
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

/** Takes one component, or so many, off what may still be drawn. */
export function take({ bounds }: Drawing, count = 1): boolean {
  bounds.left -= count
  if (bounds.left < 0) bounds.cut = true
  return bounds.left >= 0
}

/** The key of a component that says who it is. */
export function keyOf(component: JsonObject): { readonly key?: string } {
  const key = text(component, 'key') ?? text(component, 'id')
  return key === undefined ? {} : { key }
}
