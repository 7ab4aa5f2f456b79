// What the person wants now, from their last message and the question that it may answer. Pure.

import { type Command, isTaskCommand, type TaskCommand } from './command.ts'
import type { Said } from './conversation.ts'
import { fold } from './matching.ts'
import { parse } from './parse.ts'
import { parseNewTask } from './parse-new-task.ts'
import { type Option, type Question, questionIn, tasksShown } from './question.ts'
import { referenceOf } from './words.ts'

/** A command, or another meaning of an answer to a question. */
export type Intent = (
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'confirmed'; readonly id: number }
  | { readonly kind: 'declined'; readonly what: Question['kind'] }
  | { readonly kind: 'again'; readonly options: readonly Option[] }
) & {
  /** Parameters that the person was asked for, by name. */
  readonly given?: Readonly<Record<string, string>>
}

/**
 * Understands the last message.
 *
 * @param now Milliseconds since the epoch.
 */
export function intentOf(said: readonly Said[], now: number): Intent {
  const text = said.at(-1)?.text ?? ''
  const command = parse(text, now)
  const answer = answerBefore(said, said.length - 1)
  const question = questionIn(answer)
  switch (question?.kind) {
    case undefined:
      return { kind: 'command', command: located(command, tasksShown(answer)) }
    case 'delete':
      if (command.kind === 'yes') return { kind: 'confirmed', id: question.id }
      if (command.kind === 'no' || command.kind === 'unknown')
        return { kind: 'declined', what: 'delete' }
      return { kind: 'command', command: located(command, [question.id]) }
    case 'title':
      if (command.kind === 'no') return { kind: 'declined', what: 'title' }
      if (command.kind === 'list' || command.kind === 'help' || command.kind === 'add')
        return { kind: 'command', command }
      return {
        kind: 'command',
        command: { kind: 'add', task: parseNewTask(text.trim().replace(/[.!?]+$/, ''), now) },
      }
    case 'parameter': {
      if (command.kind === 'no') return { kind: 'declined', what: 'parameter' }
      // The message before the question says what is to be done.
      const asked = intentOf(said.slice(0, -2), now)
      return { ...asked, given: { ...asked.given, [question.name]: text.trim() } }
    }
    case 'which':
      return chosen(said, command, question.options, now)
  }
}

function chosen(
  said: readonly Said[],
  command: Command,
  options: readonly Option[],
  now: number,
): Intent {
  if (command.kind === 'no') return { kind: 'declined', what: 'which' }
  const option = optionNamed(said.at(-1)?.text ?? '', command, options)
  if (option) {
    const asked = askedBefore(said, now)
    return asked
      ? { kind: 'command', command: { ...asked, task: { by: 'number', number: option.id } } }
      : { kind: 'again', options }
  }
  if (command.kind === 'unknown' || command.kind === 'yes' || command.kind === 'place')
    return { kind: 'again', options }
  return {
    kind: 'command',
    command: located(
      command,
      options.map(({ id }) => id),
    ),
  }
}

function optionNamed(
  text: string,
  command: Command,
  options: readonly Option[],
): Option | undefined {
  if (command.kind === 'place')
    return command.place === 0 ? options.at(-1) : options[command.place - 1]
  if (command.kind !== 'unknown') return undefined
  const reference = referenceOf(text.replace(/[.!?]+$/, ''))
  if (reference?.by === 'number') return options.find(({ id }) => id === reference.number)
  if (reference?.by !== 'title') return undefined
  const named = options.filter(({ line }) => fold(line).includes(fold(reference.title)))
  return named.length === 1 ? named[0] : undefined
}

/**
 * The command that led to the question: the last one before it that is about a task. Wrong answers
 * may stand between them.
 */
function askedBefore(said: readonly Said[], now: number): TaskCommand | undefined {
  for (
    let at = said.length - 1;
    at > 1 && questionIn(answerBefore(said, at))?.kind === 'which';
    at -= 2
  ) {
    const command = parse(said[at - 2]?.text ?? '', now)
    if (isTaskCommand(command)) return command
  }
  return undefined
}

function answerBefore(said: readonly Said[], at: number): string {
  const before = said[at - 1]
  return before?.role === 'assistant' ? before.text : ''
}

/** Replaces "it" and "the second one" by the number of a task in the last answer. */
function located(command: Command, shown: readonly number[]): Command {
  if (!isTaskCommand(command)) return command
  const { task } = command
  const id =
    task.by === 'it'
      ? shown.length === 1
        ? shown[0]
        : undefined
      : task.by === 'place'
        ? shown.at(task.place - 1)
        : undefined
  return id === undefined ? command : { ...command, task: { by: 'number', number: id } }
}
