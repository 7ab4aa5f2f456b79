// No types, no parser, and the door inside a router.
import express from 'express'
import { handle, serve } from 'onbehalf/express'
import { answer } from './answer.js'
import { onbehalf } from './onbehalf.js'

const router = express.Router()
router.post(
  '/',
  express.json(),
  handle(onbehalf, (caller, { body }) => answer(caller, body.message)),
)
express()
  .use(serve(onbehalf.metadata))
  .use('/chat', router)
  .listen(Number(process.env.PORT), '127.0.0.1')
