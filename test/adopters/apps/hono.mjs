import { serve as listen } from '@hono/node-server'
import { Hono } from 'hono'
import { handle, serve } from 'onbehalf/hono'
import { createApp } from './app.mjs'

const { onbehalf, answer } = createApp(process.env)
const app = new Hono()
app.use(serve(onbehalf.metadata))
app.post(
  '/chat',
  handle(onbehalf, async (caller, context) => answer(caller, (await context.req.json()).message)),
)
listen({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })
