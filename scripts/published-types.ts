// Imports every subpath as an app without skipLibCheck does, from what is built: the declarations
// must be complete. It is compiled alone, and never run.

import type * as onbehalf from 'onbehalf'
import type * as onbehalfChatkit from 'onbehalf/chatkit'
import type * as onbehalfEgress from 'onbehalf/egress'
import type * as onbehalfExpress from 'onbehalf/express'
import type * as onbehalfFastify from 'onbehalf/fastify'
import type * as onbehalfGateway from 'onbehalf/gateway'
import type * as onbehalfHono from 'onbehalf/hono'
import type * as onbehalfIssuers from 'onbehalf/issuers'
import type * as onbehalfJwt from 'onbehalf/jwt'
import type * as onbehalfLog from 'onbehalf/log'
import type * as onbehalfMcp from 'onbehalf/mcp'
import type * as onbehalfMcpServer from 'onbehalf/mcp-server'
import type * as onbehalfNext from 'onbehalf/next'
import type * as onbehalfNode from 'onbehalf/node'
import type * as onbehalfOauth from 'onbehalf/oauth'
import type * as onbehalfOpenaiAgents from 'onbehalf/openai-agents'
import type * as onbehalfOtel from 'onbehalf/otel'
import type * as onbehalfPolicy from 'onbehalf/policy'
import type * as onbehalfReact from 'onbehalf/react'
import type * as onbehalfSession from 'onbehalf/session'
import type * as onbehalfStdio from 'onbehalf/stdio'
import type * as onbehalfStore from 'onbehalf/store'
import type * as onbehalfStorePostgres from 'onbehalf/store/postgres'
import type * as onbehalfWeb from 'onbehalf/web'
import type * as onbehalfWebOfficial from 'onbehalf/web/official'

export type Published = readonly [
  typeof onbehalf,
  typeof onbehalfIssuers,
  typeof onbehalfJwt,
  typeof onbehalfOauth,
  typeof onbehalfExpress,
  typeof onbehalfFastify,
  typeof onbehalfHono,
  typeof onbehalfNext,
  typeof onbehalfNode,
  typeof onbehalfStorePostgres,
  typeof onbehalfMcp,
  typeof onbehalfMcpServer,
  typeof onbehalfOpenaiAgents,
  typeof onbehalfChatkit,
  typeof onbehalfEgress,
  typeof onbehalfGateway,
  typeof onbehalfOtel,
  typeof onbehalfPolicy,
  typeof onbehalfSession,
  typeof onbehalfStdio,
  typeof onbehalfStore,
  typeof onbehalfLog,
  typeof onbehalfWeb,
  typeof onbehalfWebOfficial,
  typeof onbehalfReact,
]
