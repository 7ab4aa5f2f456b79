// A widget in the conversation: drawn, and its actions sent with what the person filled in.

import type { WidgetItem } from '../../../src/chatkit/protocol/item.ts'
import type { Json, JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { attribute, el, write } from '../../dom/dom.ts'
import type { ItemHost, WidgetAction } from '../contract.ts'
import type { View } from '../items/view.ts'
import { shown } from '../visible.ts'
import { type Drawing, isBlocked, MOST_COMPONENTS, type Sending } from './drawing.ts'
import { firstInvalid, merged, valuesIn } from './form.ts'
import { root, type Showing } from './root.ts'
import { objects, oneOf, text } from './values.ts'
import { painter } from './vnode.ts'

/** A widget on the page. */
export function widgetItem(host: ItemHost): View<WidgetItem> {
  const body = el('div', { class: 'widget' })
  const problem = el('p', { class: 'w-problem', role: 'alert', dir: 'auto' })
  const element = el('div', { class: 'widget-item' }, body, problem)
  const paint = painter()
  const running = new Set<JsonObject>()
  let held = 0
  let item: WidgetItem | undefined
  let showing: Showing = { opened: false, all: false }

  function redraw(): void {
    if (!item) return
    const drawing: Drawing = {
      host,
      prefix: `w-${item.id}-`,
      running,
      labelled: labelledIn(item.widget),
      submit: undefined,
      act,
      bounds: { left: MOST_COMPONENTS, cut: false },
    }
    const drawn = root(item.widget, drawing, showing, (next) => {
      showing = { ...showing, ...next }
      redraw()
    })
    const cut = {
      tag: 'p',
      key: 'cut',
      attributes: { class: 'w-caption' },
      children: [host.text('unknownPart')],
    }
    paint.children(body, drawing.bounds.cut ? [drawn, cut] : [drawn])
    attribute(element, 'aria-busy', held > 0 ? 'true' : undefined)
  }

  function act(action: JsonObject, { from, own, checked = false }: Sending): void {
    if (isBlocked(action, { host, running })) return
    const form = from.closest('[data-form]')
    const wrong = form && checked ? firstInvalid(form) : undefined
    if (wrong) {
      const name = wrong.labels?.[0]?.textContent || wrong.getAttribute('aria-label')
      write(
        problem,
        `${name}: ${wrong.validity.valueMissing ? host.text('required') : wrong.validationMessage}`,
      )
      return
    }
    const values: (readonly [string, Json])[] = [
      ...(own ? [own] : []),
      ...(form ? valuesIn(form).filter(([name]) => name !== own?.[0]) : []),
    ]
    void send(actionOf(action, merged(action.payload, values)), action, checked)
  }

  async function send(sent: WidgetAction, action: JsonObject, submits: boolean): Promise<void> {
    if (!item) return
    write(problem, '')
    running.add(action)
    const holds =
      sent.loadingBehavior === 'container' || (sent.loadingBehavior === 'auto' && submits)
    if (holds) held += 1
    redraw()
    try {
      await host.act(sent, item)
    } catch (error) {
      write(problem, shown(error instanceof Error ? error.message : host.text('failed')))
    } finally {
      running.delete(action)
      if (holds) held -= 1
      redraw()
    }
  }

  return {
    element,
    update(next): void {
      item = next
      redraw()
    },
  }
}

/** The fields that a `Label` names. Only as many components are looked at as would be drawn. */
function labelledIn(widget: JsonObject): ReadonlySet<string> {
  const names = new Set<string>()
  const waiting: JsonObject[] = [widget]
  for (let seen = 0; seen < MOST_COMPONENTS; seen++) {
    const one = waiting.pop()
    if (!one) break
    const name = one.type === 'Label' ? text(one, 'fieldName') : undefined
    if (name !== undefined) names.add(name)
    waiting.push(...objects(one, 'children').slice(0, MOST_COMPONENTS))
  }
  return names
}

function actionOf(action: JsonObject, payload: Json | undefined): WidgetAction {
  return {
    type: text(action, 'type') ?? '',
    ...(payload === undefined ? {} : { payload }),
    handler: oneOf(action, 'handler', ['server', 'client']) ?? 'server',
    loadingBehavior:
      oneOf(action, 'loadingBehavior', ['auto', 'none', 'self', 'container']) ?? 'auto',
    streaming: action.streaming !== false,
  }
}
