import process from 'node:process'
import { createApp } from './app.mjs'

const { onbehalf, answer } = createApp(process.env)
Deno.serve({ port: Number(process.env.PORT), hostname: '127.0.0.1' }, (request) =>
  onbehalf.handle(request, async (caller) => answer(caller, (await request.json()).message)),
)
