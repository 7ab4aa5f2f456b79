// A form with questions of the agent. The person answers or skips it; afterwards it shows the
// answers.

import type { StructuredInput, StructuredInputItem } from '../../../src/chatkit/protocol/item.ts'
import { asFields, text as asText, list } from '../../client/json.ts'
import { button, el, write } from '../../dom/dom.ts'
import type { InputAnswers, ItemHost } from '../contract.ts'
import { shown } from '../visible.ts'
import type { View } from './view.ts'

/** Makes one question of the form. `values`: the person's answers so far. */
interface Question {
  readonly element: HTMLElement
  values(): readonly string[]
}

/**
 * Makes the view of a structured input. It keeps the person's entries while the item is pending.
 */
export function structuredInput(host: ItemHost): View<StructuredInputItem> {
  const element = el('div', { class: 'questions' })
  let form: ReturnType<typeof questionForm> | undefined
  let before = ''
  return {
    element,
    update(item) {
      const now = JSON.stringify([item.status, item.inputs])
      if (now !== before) {
        before = now
        form = item.status === 'pending' ? questionForm(item, host) : undefined
        element.replaceChildren(form?.element ?? answersOf(item, host))
      }
      form?.setBusy()
    },
  }
}

function answersOf(item: StructuredInputItem, { text }: ItemHost): HTMLElement {
  return el(
    'dl',
    { class: 'answers' },
    ...item.inputs.flatMap((input) => {
      const answer = asFields(input.answer)
      const values = list(answer.values).filter((value) => typeof value === 'string')
      const skipped = answer.skipped === true || values.length === 0
      return [
        el('dt', { dir: 'auto' }, shown(input.question)),
        ...(skipped
          ? [el('dd', { class: 'quiet' }, text('skipped'))]
          : values.map((value) => el('dd', { dir: 'auto' }, shown(value)))),
      ]
    }),
  )
}

function questionForm(item: StructuredInputItem, host: ItemHost) {
  const questions = new Map<string, Question>()
  for (const [index, input] of item.inputs.entries())
    questions.set(input.id, question(input, `${item.id}-${index}`, host))
  const submit = el('button', { type: 'submit', class: 'primary' }, host.text('submit'))
  const skip = button({}, () => void send('skipped'), host.text('skip'))
  const error = el('p', { class: 'error', role: 'alert', hidden: true })
  const form = el(
    'form',
    { novalidate: true },
    ...[...questions.values()].map((question) => question.element),
    error,
    el('div', { class: 'buttons' }, submit, skip),
  )
  let sending = false

  const setBusy = () => {
    const blocked = sending || host.busy
    for (const control of [submit, skip]) control.setAttribute('aria-disabled', String(blocked))
    form.setAttribute('aria-busy', String(sending))
  }
  const fail = (message: string) => {
    error.hidden = message === ''
    write(error, message)
  }
  const send = async (status: InputAnswers['status']) => {
    if (sending || host.busy) return
    const answers = Object.fromEntries(
      [...questions].map(([id, question]) => {
        const values = status === 'skipped' ? [] : question.values()
        return [id, { values, skipped: values.length === 0 }]
      }),
    )
    if (status === 'answered' && Object.values(answers).every((answer) => answer.skipped))
      return fail(host.text('required'))
    fail('')
    sending = true
    setBusy()
    try {
      await host.answer(item, { status, answers })
    } catch (reason) {
      fail(reason instanceof Error ? reason.message : host.text('failed'))
    } finally {
      sending = false
      setBusy()
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void send('answered')
  })
  return { element: form, setBusy }
}

function question(input: StructuredInput, name: string, host: ItemHost): Question {
  const legend = shown(input.question)
  if (input.type === 'freeform') {
    const field = el('textarea', { rows: 2, dir: 'auto' })
    const description = asText(input.description)
    return {
      element: el(
        'label',
        { class: 'question' },
        el('span', { class: 'title', dir: 'auto' }, legend),
        description ? el('span', { class: 'quiet', dir: 'auto' }, shown(description)) : undefined,
        field,
      ),
      values: () => (field.value.trim() === '' ? [] : [field.value.trim()]),
    }
  }
  const type = input.multiple ? 'checkbox' : 'radio'
  const options = input.options
    .slice(0, 100)
    .map(({ value }) => ({ value, field: el('input', { type, name }) }))
  const own = el('input', {
    type: 'text',
    dir: 'auto',
    class: 'field',
    'aria-label': host.text('answerOfYourOwn'),
    placeholder: host.text('answerOfYourOwn'),
  })
  // A single choice is one answer: writing clears the choice, and choosing clears the text.
  own.addEventListener('input', () => {
    if (!input.multiple && own.value !== '') for (const { field } of options) field.checked = false
  })
  for (const { field } of options)
    field.addEventListener('change', () => {
      if (!input.multiple) own.value = ''
    })
  return {
    element: el(
      'fieldset',
      { class: 'question' },
      el('legend', { class: 'title', dir: 'auto' }, legend),
      ...options.map(({ value, field }) =>
        el('label', { class: 'choice' }, field, el('bdi', {}, shown(value))),
      ),
      own,
    ),
    values: () => [
      ...options.filter(({ field }) => field.checked).map(({ value }) => value),
      ...(own.value.trim() === '' ? [] : [own.value.trim()]),
    ],
  }
}
