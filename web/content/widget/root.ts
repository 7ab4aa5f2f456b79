// The root of a widget: a card with its buttons, a list, or neither, and the line that tells its
// state.

import type { JsonObject } from '../../../src/chatkit/protocol/json.ts'
import { imageAddress } from '../address.ts'
import { LOADING } from '../link.ts'
import { shown } from '../visible.ts'
import { onSubmit, sendFrom } from './control.ts'
import { childrenOf } from './draw.ts'
import { type Drawing, isBlocked, isBusy } from './drawing.ts'
import { icon } from './icon.ts'
import { border, boxStyle, color, flag, number, object, objects, oneOf, text } from './values.ts'
import type { VNode } from './vnode.ts'

/** The parts of a widget that the person has opened. */
export interface Showing {
  /** A collapsed card's body. */
  readonly opened: boolean
  /** The items of a list beyond its limit. */
  readonly all: boolean
}

type Show = (next: Partial<Showing>) => void

/** Returns the node of a widget's root. */
export function root(widget: JsonObject, drawing: Drawing, showing: Showing, show: Show): VNode {
  const theme = oneOf(widget, 'theme', ['light', 'dark'])
  // Elements that inherit their colour must take it from here.
  const scheme: Record<string, string> =
    theme === undefined ? {} : { 'color-scheme': theme, color: 'var(--chat-text)' }
  if (widget.type === 'ListView') return listView(widget, drawing, scheme, showing, show)
  if (widget.type === 'Card') return card(widget, drawing, scheme, showing, show)
  return {
    tag: 'div',
    key: 'basic',
    attributes: { class: 'w-basic' },
    style: { ...boxStyle(widget, widget.direction === 'row' ? 'row' : 'column'), ...scheme },
    children: childrenOf(widget, drawing, 0),
  }
}

function card(
  widget: JsonObject,
  drawing: Drawing,
  scheme: Readonly<Record<string, string>>,
  { opened }: Showing,
  show: Show,
): VNode {
  const collapsed = flag(widget, 'collapsed')
  const size = oneOf(widget, 'size', ['sm', 'md', 'lg', 'full']) ?? 'md'
  const asForm = flag(widget, 'asForm')
  const confirm = object(widget, 'confirm')
  const submit = asForm ? confirm && object(confirm, 'action') : undefined
  const background = color(widget.background)
  const body: VNode = {
    tag: 'div',
    key: 'body',
    attributes: { class: 'w-card-body', hidden: collapsed && !opened },
    style:
      collapsed && !opened
        ? {}
        : boxStyle({ ...widget, size: null, border: null, background: null }, 'column'),
    children: childrenOf(widget, { ...drawing, submit }, 0),
  }
  const toggle: VNode = {
    tag: 'button',
    key: 'toggle',
    attributes: { type: 'button', class: 'w-button w-ghost', 'aria-expanded': String(opened) },
    children: [drawing.host.text('showAll')],
    on: { click: () => show({ opened: !opened }) },
  }
  return {
    tag: asForm ? 'form' : 'div',
    key: 'card',
    attributes: {
      class: `w-card w-card-${size}`,
      ...(asForm ? { novalidate: true, 'data-form': true } : {}),
    },
    style: {
      ...scheme,
      ...(background === undefined ? {} : { background }),
      ...border(widget.border),
    },
    children: [
      ...statusOf(widget, drawing),
      body,
      ...(collapsed ? [toggle] : []),
      ...buttonsOf(widget, asForm, drawing),
    ],
    ...onSubmit(submit, drawing),
  }
}

function buttonsOf(widget: JsonObject, asForm: boolean, drawing: Drawing): VNode[] {
  const buttonOf = (name: 'cancel' | 'confirm'): VNode[] => {
    const given = object(widget, name)
    const choice = given && (drawing.host.translate?.(given) ?? given)
    const action = choice && object(choice, 'action')
    if (!choice || !action) return []
    // The confirming button submits the form. The other one needs no fields filled in.
    const submits = asForm && name === 'confirm'
    const press = (event: Event) => sendFrom(event, action, drawing, false)
    return [
      {
        tag: 'button',
        key: name,
        attributes: {
          type: submits ? 'submit' : 'button',
          class: name === 'confirm' ? 'w-button w-primary' : 'w-button w-outline',
          'aria-disabled': isBlocked(action, drawing),
          'aria-busy': isBusy(action, drawing),
        },
        children: [
          {
            tag: 'bdi',
            children: [
              shown(
                text(choice, 'label') ??
                  drawing.host.text(name === 'confirm' ? 'submit' : 'cancel'),
              ),
            ],
          },
        ],
        ...(submits ? {} : { on: { click: press } }),
      },
    ]
  }
  const buttons = [...buttonOf('cancel'), ...buttonOf('confirm')]
  return buttons.length === 0
    ? []
    : [{ tag: 'div', key: 'buttons', attributes: { class: 'w-buttons' }, children: buttons }]
}

function listView(
  widget: JsonObject,
  drawing: Drawing,
  style: Readonly<Record<string, string>>,
  { all }: Showing,
  show: Show,
): VNode {
  const items = objects(widget, 'children')
  const limit = widget.limit === 'auto' ? 8 : (number(widget, 'limit') ?? items.length)
  const listed = all ? items : items.slice(0, Math.max(1, limit))
  const more: VNode = {
    tag: 'button',
    key: 'more',
    attributes: { type: 'button', class: 'w-button w-ghost' },
    children: [`${drawing.host.text('more')} (${items.length - listed.length})`],
    on: { click: () => show({ all: true }) },
  }
  const list: VNode = {
    tag: 'ul',
    key: 'list',
    attributes: { class: 'w-list' },
    children: childrenOf({ children: listed }, drawing, 0).map((node) =>
      node.tag === 'li' ? node : { tag: 'li', attributes: { class: 'w-item' }, children: [node] },
    ),
  }
  return {
    tag: 'div',
    key: 'list view',
    attributes: { class: 'w-card w-list-view' },
    style,
    children: [...statusOf(widget, drawing), list, ...(listed.length < items.length ? [more] : [])],
  }
}

function statusOf(widget: JsonObject, { host }: Drawing): VNode[] {
  const status = object(widget, 'status')
  const words = status && text(status, 'text')
  if (!status || words === undefined) return []
  const [name, favicon] = [
    text(status, 'icon'),
    imageAddress(text(status, 'favicon') ?? '', host.allowedImageDomains, true),
  ]
  const picture: VNode[] =
    text(status, 'favicon') !== undefined && favicon !== undefined
      ? [
          {
            tag: 'img',
            attributes: {
              class: flag(status, 'frame') ? 'w-favicon w-frame' : 'w-favicon',
              alt: '',
              ...LOADING,
              src: favicon,
            },
          },
        ]
      : name === undefined
        ? []
        : [icon(name)]
  return [
    {
      tag: 'p',
      key: 'status',
      attributes: { class: 'w-status', dir: 'auto' },
      children: [...picture, { tag: 'bdi', children: [shown(words)] }],
    },
  ]
}
