const { createServer } = require('node:http')
const { handle } = require('onbehalf/node')
const { answer } = require('./answer.js')
const { onbehalf } = require('./onbehalf.js')

const listener = handle(onbehalf, async (caller, incoming) => {
  let text = ''
  for await (const chunk of incoming) text += chunk
  return answer(caller, JSON.parse(text).message)
})
createServer(listener).listen(Number(process.env.PORT), '127.0.0.1')
