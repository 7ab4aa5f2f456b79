// A widget that changes while it is shown: its states become the events of one item.

import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { isText } from '../../core/option-values.ts'
import type { AnswerContext, ChatCaller } from '../options.ts'
import type { AnswerEvent } from '../protocol/event.ts'
import type { ItemBase, WidgetItem, WidgetRoot } from '../protocol/item.ts'
import { withoutNulls } from '../protocol/json.ts'
import { diffWidgets } from './widget-diff.ts'

/** Options of {@link streamWidget}. */
export interface StreamWidgetOptions {
  /** What the copy button copies. Default: nothing. */
  readonly copyText?: string
}

/** Every option of the function. A new one does not compile until it is here. */
const STREAM_WIDGET_OPTIONS: OptionNames<StreamWidgetOptions> = { copyText: 'optional' }

/**
 * Streams the states of a widget. The first state is shown, each further one sends what changed,
 * and the last one is stored. Without any state nothing is sent.
 *
 * Text that grows in a `Text` or `Markdown` with an `id` of its own is sent as deltas. Give it
 * `streaming: true` in all states: a last state without it sends the whole widget once more. You
 * may change the object of the state before and yield it again.
 *
 * @example
 * ```ts
 * async function* states() {
 *   let value = ''
 *   for await (const delta of deltas) {
 *     value += delta
 *     const text = { type: 'Markdown', id: 'text', value, streaming: true } as const
 *     yield { type: 'Card', children: [text] } as const
 *   }
 * }
 * yield* streamWidget(states(), context)
 * ```
 */
export async function* streamWidget(
  states: AsyncIterable<WidgetRoot> | Iterable<WidgetRoot>,
  context: Pick<AnswerContext<ChatCaller>, 'newItem'>,
  options: StreamWidgetOptions = {},
): AsyncGenerator<AnswerEvent, void, void> {
  checkOptions('streamWidget', '', options, STREAM_WIDGET_OPTIONS, { copyText: isText })
  const { copyText } = options
  let shown: { readonly base: ItemBase; readonly widget: WidgetRoot } | undefined
  const itemOf = (base: ItemBase, widget: WidgetRoot): WidgetItem => ({
    ...base,
    type: 'widget',
    widget,
    ...(copyText === undefined ? {} : { copy_text: copyText }),
  })
  for await (const state of states) {
    // This also makes a copy, because the app may change the object later.
    const widget = withoutNulls(state)
    if (!shown) {
      const base = context.newItem('message')
      shown = { base, widget }
      yield { type: 'thread.item.added', item: itemOf(base, widget) }
      continue
    }
    const { base, widget: before } = shown
    shown = { base, widget }
    for (const update of diffWidgets(before, widget))
      yield { type: 'thread.item.updated', item_id: base.id, update }
  }
  if (shown) yield { type: 'thread.item.done', item: itemOf(shown.base, shown.widget) }
}
