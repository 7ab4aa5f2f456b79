import { createApp } from './app.mjs'

const { onbehalf, answer } = createApp(process.env)
Bun.serve({
  port: Number(process.env.PORT),
  hostname: '127.0.0.1',
  fetch: (request) =>
    onbehalf.handle(request, async (caller) => answer(caller, (await request.json()).message)),
})
