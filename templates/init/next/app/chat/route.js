import { handle } from 'onbehalf/next'
import { answer } from '../../answer.js'
import { onbehalf } from '../../onbehalf.js'

export const POST = handle(onbehalf, async (caller, request) =>
  answer(caller, (await request.json()).message),
)
