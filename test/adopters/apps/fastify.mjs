import Fastify from 'fastify'
import { handle, serve } from 'onbehalf/fastify'
import { createApp } from './app.mjs'

const { onbehalf, answer } = createApp(process.env)
const app = Fastify()
app.get('/.well-known/oauth-protected-resource/*', serve(onbehalf.metadata))
app.post(
  '/chat',
  handle(onbehalf, (caller, { body }) => answer(caller, body.message)),
)
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
