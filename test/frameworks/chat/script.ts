// What the model of these tests says: it looks at the last thing that it reads, as models do, and not
// at a counter. A framework that asks it once too often changes nothing.

/** What the model does next. */
export interface Step {
  readonly thought?: string
  readonly text?: string
  readonly call?: { readonly name: string; readonly args: Readonly<Record<string, unknown>> }
}

/** The words that the model must never come to say: nobody may ask it while a call waits. */
export const TOO_FAR = 'I went on without you.'

/**
 * The next step.
 *
 * @param read The newest message or result that the model is given.
 * @param prefix What the framework puts before the names of tools.
 */
export function nextStep(read: string, prefix = ''): Step {
  const call = (name: string, args: Readonly<Record<string, unknown>>): Step => ({
    text: 'I will.',
    call: { name: `${prefix}taskflow_${name}`, args },
  })
  if (/person declined|did not approve/.test(read)) return { text: 'I left it alone.' }
  if (/not done yet/.test(read)) return { text: TOO_FAR }
  if (/"title":"(?:One|Two)".*"total"/s.test(read)) return { text: 'You have two tasks.' }
  if (/"title":"One"/.test(read)) return { text: 'It is gone.' }
  if (/There is no task/.test(read)) return { text: 'There is none.' }
  if (/Delete task (\d+)/.test(read))
    return call('delete_task', { task_id: Number(/Delete task (\d+)/.exec(read)?.[1]) })
  if (/What is there/.test(read)) return { thought: 'Let me look.', ...call('list_tasks', {}) }
  return { text: 'Hello.' }
}
