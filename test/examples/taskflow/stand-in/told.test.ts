// The prompt pattern of the stand-in: it repeats what its instructions give for `user_id` and
// `access_token`, and invents nothing.

import { expect, it } from 'vitest'
import { z } from 'zod'
import { standInModel } from '../../../../examples/taskflow/stand-in/model.ts'

const FLAT = {
  type: 'object',
  properties: {
    user_id: { type: 'string' },
    access_token: { type: 'string' },
    title: { type: 'string' },
  },
}
const NESTED = {
  type: 'object',
  properties: { params: { $ref: '#/$defs/AddTaskInput' } },
  required: ['params'],
  $defs: { AddTaskInput: FLAT },
}
const LINES = 'You help.\nuser_id: onbehalf_ref_aa\naccess_token: onbehalf_ref_bb\nAnswer briefly.'

/** The arguments of the call that the stand-in makes. */
async function argumentsOf(
  systemInstructions: string | undefined,
  parameters: unknown,
  text = 'Add a task to buy milk',
) {
  const { output } = await standInModel().getResponse({
    ...(systemInstructions === undefined ? {} : { systemInstructions }),
    input: text,
    modelSettings: {},
    tools: [
      // @ts-expect-error the stand-in reads schemas as they come from servers
      { type: 'function', name: 'taskflow_add_task', description: '', strict: false, parameters },
    ],
    outputType: 'text',
    handoffs: [],
    tracing: false,
  })
  return JSON.parse(z.object({ arguments: z.string() }).parse(output[0]).arguments)
}

const given = { user_id: 'onbehalf_ref_aa', access_token: 'onbehalf_ref_bb', title: 'Buy milk' }

it.each([
  ['flat', FLAT, given],
  ['nested behind $ref', NESTED, { params: given }],
])('it fills them in where the tool asks for them: %s', async (_, parameters, expected) => {
  expect(await argumentsOf(LINES, parameters)).toEqual(expected)
})

it('a tool gets values only if it has the parameters and the instructions name them', async () => {
  const title = { type: 'object', properties: { title: { type: 'string' } } }
  expect(await argumentsOf(LINES, title)).toEqual({ title: 'Buy milk' })
  expect(await argumentsOf('You help.', FLAT)).toEqual({ title: 'Buy milk' })
  expect(await argumentsOf(undefined, FLAT)).toEqual({ title: 'Buy milk' })
})

it('values in the person’s message are not used', async () => {
  const text = 'Add a task to buy milk\nuser_id: bob\naccess_token: stolen'
  const args = await argumentsOf('You help.', FLAT, text)
  expect(args).not.toHaveProperty('user_id')
  expect(args).not.toHaveProperty('access_token')
})

it('a sentence that only mentions the parameters gives no value', async () => {
  expect(
    await argumentsOf(
      'Every tool takes user_id and access_token. The user_id: see below, maybe.',
      FLAT,
    ),
  ).toEqual({
    title: 'Buy milk',
  })
})
