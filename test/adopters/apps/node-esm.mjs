import { createServer } from 'node:http'
import { toNodeListener } from 'onbehalf/node'
import { createApp } from './app.mjs'

const { onbehalf, answer } = createApp(process.env)
const listener = toNodeListener((request) =>
  onbehalf.handle(request, async (caller) => answer(caller, (await request.json()).message)),
)
createServer(listener).listen(Number(process.env.PORT), '127.0.0.1')
