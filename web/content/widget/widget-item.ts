// A widget in the conversation: its root, its components, and its actions with what the person filled in.

import type { WidgetItem } from '../../../src/chatkit/item.ts'
import type { Json, JsonObject } from '../../../src/chatkit/json.ts'
import type { ItemHost, WidgetAction } from '../../item-view.ts'
import { el, write } from '../dom.ts'
import type { View } from '../items/view.ts'
import { shown } from '../visible.ts'
import { childrenOf, type Drawing, isBlocked, MOST_COMPONENTS } from './draw.ts'
import { isValid, merged, valuesIn } from './form.ts'
import { icon } from './icon.ts'
import { boxStyle, color, flag, number, object, objects, oneOf, text } from './values.ts'
import { painter, type VNode } from './vnode.ts'

/** A widget on the page. */
export function widgetItem(host: ItemHost): View<WidgetItem> {
  const body = el('div', { class: 'widget' })
  const problem = el('p', { class: 'w-problem', role: 'alert' })
  const element = el('div', { class: 'widget-item' }, body, problem)
  const paint = painter()
  let item: WidgetItem | undefined
  let waiting: Drawing['waiting']
  let open = true
  let all = false

  function redraw(): void {
    if (!item) return
    const drawing: Drawing = { host, prefix: `w-${item.id}-`, waiting, act, left: MOST_COMPONENTS }
    const root = rootOf(item.widget, drawing)
    const cut = drawing.left <= 0 ? [{ tag: 'p', attributes: { class: 'w-caption' }, children: [host.text('unknownPart')] }] : []
    paint.children(body, [root, ...cut])
    element.setAttribute('aria-busy', String(waiting !== undefined))
  }

  function act(action: JsonObject, from: Element, own?: readonly [string, string | boolean]): void {
    if (isBlocked(action, { host, waiting })) return
    const form = from.closest('[data-form]')
    if (form && !own && !isValid(form)) return
    const values: (readonly [string, Json])[] = [
      ...(own ? [own] : []),
      ...(form ? valuesIn(form).filter(([name]) => name !== own?.[0]) : []),
    ]
    void send(actionOf(action, merged(action.payload, values)), action)
  }

  async function send(sent: WidgetAction, action: JsonObject): Promise<void> {
    if (!item) return
    write(problem, '')
    waiting = sent.loadingBehavior === 'none' ? undefined : { action }
    redraw()
    try {
      await host.act(sent, item)
    } catch (error) {
      write(problem, shown(error instanceof Error ? error.message : host.text('failed')))
    } finally {
      waiting = undefined
      redraw()
    }
  }

  function rootOf(root: JsonObject, drawing: Drawing): VNode {
    const theme = oneOf(root, 'theme', ['light', 'dark'])
    const scheme = theme === undefined ? {} : { 'color-scheme': theme }
    if (root.type === 'ListView') return listView(root, drawing, scheme)
    if (root.type !== 'Card') {
      const direction = root.direction === 'row' ? 'row' : 'column'
      return {
        tag: 'div',
        attributes: { class: 'w-basic' },
        style: { ...boxStyle(root, direction), ...scheme },
        children: childrenOf(root, drawing, 0),
      }
    }
    const collapsed = flag(root, 'collapsed') && open
    const size = oneOf(root, 'size', ['sm', 'md', 'lg', 'full']) ?? 'md'
    const children: VNode[] = [
      ...statusOf(root),
      {
        tag: 'div',
        key: 'body',
        attributes: { class: 'w-card-body' },
        style: { ...boxStyle({ ...root, border: null, background: null }, 'column'), ...(collapsed ? { display: 'none' } : {}) },
        children: childrenOf(root, drawing, 0),
      },
      ...(flag(root, 'collapsed') ? [toggle()] : []),
      ...buttonsOf(root, drawing),
    ]
    const asForm = flag(root, 'asForm')
    return {
      tag: asForm ? 'form' : 'div',
      key: 'card',
      attributes: { class: `w-card w-card-${size}`, ...(asForm ? { novalidate: true, 'data-form': true } : {}) },
      style: { ...scheme, ...(color(root.background) === undefined ? {} : { background: color(root.background) ?? '' }) },
      children,
      on: { submit: (event) => event.preventDefault() },
    }
  }

  function toggle(): VNode {
    return {
      tag: 'button',
      key: 'toggle',
      attributes: { type: 'button', class: 'w-button w-ghost', 'aria-expanded': !open },
      children: [host.text(open ? 'showAll' : 'hideSteps')],
      on: {
        click() {
          open = !open
          redraw()
        },
      },
    }
  }

  function listView(root: JsonObject, drawing: Drawing, scheme: Record<string, string>): VNode {
    const items = objects(root, 'children')
    const limit = root.limit === 'auto' ? 8 : (number(root, 'limit') ?? items.length)
    const shownItems = all ? items : items.slice(0, Math.max(1, limit))
    const more: VNode[] =
      shownItems.length === items.length
        ? []
        : [
            {
              tag: 'button',
              key: 'more',
              attributes: { type: 'button', class: 'w-button w-ghost' },
              children: [`${host.text('more')} (${items.length - shownItems.length})`],
              on: {
                click() {
                  all = true
                  redraw()
                },
              },
            },
          ]
    const list: VNode = {
      tag: 'ul',
      key: 'list',
      attributes: { class: 'w-list' },
      children: childrenOf({ children: shownItems }, drawing, 0),
    }
    return {
      tag: 'div',
      key: 'list view',
      attributes: { class: 'w-card w-list-view' },
      style: scheme,
      children: [...statusOf(root), list, ...more],
    }
  }

  function buttonsOf(root: JsonObject, drawing: Drawing): VNode[] {
    const [confirm, cancel] = [object(root, 'confirm'), object(root, 'cancel')]
    const one = (choice: JsonObject | undefined, name: 'confirm' | 'cancel'): VNode[] => {
      const action = choice && object(choice, 'action')
      if (!choice || !action) return []
      return [
        {
          tag: 'button',
          key: name,
          attributes: {
            type: 'button',
            class: name === 'confirm' ? 'w-button w-primary' : 'w-button w-outline',
            disabled: isBlocked(action, drawing),
            'aria-busy': drawing.waiting?.action === action,
          },
          children: [
            { tag: 'bdi', children: [shown(text(choice, 'label') ?? host.text(name === 'confirm' ? 'submit' : 'cancel'))] },
          ],
          on: { click: (event) => event.currentTarget instanceof Element && drawing.act(action, event.currentTarget) },
        },
      ]
    }
    const buttons = [...one(cancel, 'cancel'), ...one(confirm, 'confirm')]
    return buttons.length === 0 ? [] : [{ tag: 'div', key: 'buttons', attributes: { class: 'w-buttons' }, children: buttons }]
  }

  return {
    element,
    update(next): void {
      item = next
      redraw()
    },
  }
}

function statusOf(root: JsonObject): VNode[] {
  const status = object(root, 'status')
  const words = status && text(status, 'text')
  if (!status || words === undefined) return []
  const name = text(status, 'icon')
  return [
    {
      tag: 'p',
      key: 'status',
      attributes: { class: 'w-status', dir: 'auto' },
      children: [...(name === undefined ? [] : [icon(name)]), { tag: 'bdi', children: [shown(words)] }],
    },
  ]
}

function actionOf(action: JsonObject, payload: Json | undefined): WidgetAction {
  return {
    type: text(action, 'type') ?? '',
    ...(payload === undefined ? {} : { payload }),
    handler: oneOf(action, 'handler', ['server', 'client']) ?? 'server',
    loadingBehavior: oneOf(action, 'loadingBehavior', ['auto', 'none', 'self', 'container']) ?? 'auto',
    streaming: action.streaming !== false,
  }
}
