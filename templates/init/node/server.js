import { createServer } from 'node:http'
import { toNodeListener } from 'onbehalf/node'
import { answer } from './answer.js'
import { onbehalf } from './onbehalf.js'

const listener = toNodeListener((request) =>
  onbehalf.handle(request, async (caller) => answer(caller, (await request.json()).message)),
)
createServer(listener).listen(process.env.PORT, () =>
  console.log(`POST http://localhost:${process.env.PORT}/chat`),
)
