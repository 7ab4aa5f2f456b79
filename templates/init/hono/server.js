import { serve as listen } from '@hono/node-server'
import { Hono } from 'hono'
import { handle, serve } from 'onbehalf/hono'
import { answer } from './answer.js'
import { onbehalf } from './onbehalf.js'

const app = new Hono()
app.use(serve(onbehalf.metadata))
app.post(
  '/chat',
  handle(onbehalf, async (caller, { req }) => answer(caller, (await req.json()).message)),
)
listen({ fetch: app.fetch, port: Number(process.env.PORT) }, () =>
  console.log(`POST http://localhost:${process.env.PORT}/chat`),
)
