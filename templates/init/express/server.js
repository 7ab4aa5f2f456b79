import express from 'express'
import { handle, serve } from 'onbehalf/express'
import { answer } from './answer.js'
import { onbehalf } from './onbehalf.js'

const app = express()
app.use(express.json())
app.use(serve(onbehalf.metadata))
app.post(
  '/chat',
  handle(onbehalf, (caller, { body }) => answer(caller, body.message)),
)
app.listen(process.env.PORT, () => console.log(`POST http://localhost:${process.env.PORT}/chat`))
