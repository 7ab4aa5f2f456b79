import { handle } from 'onbehalf/next'
import { answer, onbehalf } from '../../setup.js'

export const POST = handle(onbehalf, async (caller, request) =>
  answer(caller, (await request.json()).message),
)
