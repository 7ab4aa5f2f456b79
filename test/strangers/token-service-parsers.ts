// The parsers that read what the clients of a token service send. It has no tests.

import { tokenService } from '../../src/oauth/index.ts'
import { assertion, basic, house, NOTES, SECRET, SERVICE } from '../oauth/token-service/house.ts'
import {
  headersWith,
  NEVER_COMES,
  type Outcome,
  outcomeOfAnswer,
  type StrangerParser,
} from './parser.ts'

const made = await house()
const forTasks = new URLSearchParams(made.form(await made.firstHop())).toString()
const forNotes = new URLSearchParams(made.form(await made.firstHop({}, NOTES))).toString()

/** Each request comes to a service that has seen none, because an assertion is good once. */
async function answerTo(authorization: string, body: string): Promise<Outcome> {
  const headers = authorization === '' ? new Headers() : headersWith('authorization', authorization)
  if (!headers) return NEVER_COMES
  headers.set('content-type', 'application/x-www-form-urlencoded')
  const service = tokenService(made.options)
  const response = await service.fetch(
    new Request(`${SERVICE}/token`, { method: 'POST', headers, body }),
  )
  return outcomeOfAnswer(response)
}

const FOLDER = 'src/oauth/token-service'

export const TOKEN_SERVICE_PARSERS: readonly StrangerParser[] = [
  {
    name: 'token request',
    stranger: 'a caller',
    files: [`${FOLDER}/form.ts`, `${FOLDER}/endpoint.ts`, 'src/core/approved-call.ts'],
    good: () => [forTasks, `${forTasks}&scope=api%3Aread`],
    read: (text) => answerTo(basic('tasks-mcp', SECRET), text),
    share: 0.5,
  },
  {
    name: 'secret of a client',
    stranger: 'a caller',
    files: [`${FOLDER}/client-proof.ts`],
    good: () => [basic('tasks-mcp', SECRET)],
    read: (text) => answerTo(text, forTasks),
    share: 0.5,
  },
  {
    name: 'assertion of a client',
    stranger: 'a caller',
    files: [`${FOLDER}/jws.ts`, `${FOLDER}/assertion.ts`],
    good: async () => [await assertion(made.notesKey.privateKey, made.time.now)],
    read(text) {
      const proof = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: text,
      }
      return answerTo('', `${forNotes}&${new URLSearchParams(proof)}`)
    },
    share: 0.5,
  },
]
