// A widget in the conversation. Its actions are sent with what the person filled in.

import type { WidgetItem } from '../../../src/chatkit/protocol/item.ts'
import type { JsonObject, JsonValue } from '../../../src/chatkit/protocol/json.ts'
import { defined } from '../../client/json.ts'
import { attribute, el, write } from '../../dom/dom.ts'
import type { ItemHost, WidgetAction } from '../contract.ts'
import type { View } from '../items/view.ts'
import { shown } from '../visible.ts'
import { type Drawing, isBlocked, MAX_COMPONENTS, type Sending } from './drawing.ts'
import { firstInvalid, merged, valuesIn } from './form.ts'
import { root, type Showing } from './root.ts'
import { objects, oneOf, text } from './values.ts'
import { painter } from './vnode.ts'

/** Makes the view of a widget. */
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
      bounds: { left: MAX_COMPONENTS, cut: false },
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
    attribute(element, 'aria-busy', held > 0)
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
    const values: (readonly [string, JsonValue])[] = [
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

/**
 * Returns the names of the fields that a `Label` names. It looks at no more components than would
 * be drawn.
 */
function labelledIn(widget: JsonObject): ReadonlySet<string> {
  const names = new Set<string>()
  const waiting: JsonObject[] = [widget]
  for (let seen = 0; seen < MAX_COMPONENTS; seen++) {
    const component = waiting.pop()
    if (!component) break
    const name = component.type === 'Label' ? text(component, 'fieldName') : undefined
    if (name !== undefined) names.add(name)
    waiting.push(...objects(component, 'children').slice(0, MAX_COMPONENTS))
  }
  return names
}

function actionOf(action: JsonObject, payload: JsonValue | undefined): WidgetAction {
  return defined({
    type: text(action, 'type') ?? '',
    payload,
    handler: oneOf(action, 'handler', ['server', 'client']) ?? 'server',
    loadingBehavior:
      oneOf(action, 'loadingBehavior', ['auto', 'none', 'self', 'container']) ?? 'auto',
    streaming: action.streaming !== false,
  })
}
