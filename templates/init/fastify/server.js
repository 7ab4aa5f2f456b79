import Fastify from 'fastify'
import { handle, serve } from 'onbehalf/fastify'
import { answer } from './answer.js'
import { onbehalf } from './onbehalf.js'

const app = Fastify()
app.get('/.well-known/oauth-protected-resource/*', serve(onbehalf.metadata))
app.post(
  '/chat',
  handle(onbehalf, (caller, { body }) => answer(caller, body.message)),
)
await app.listen({ port: Number(process.env.PORT) })
console.log(`POST http://localhost:${process.env.PORT}/chat`)
