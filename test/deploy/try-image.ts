// What the Dockerfile makes is started, with the arguments of the image, and asked as a container would be.

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { startIssuer } from '../../src/cli/conformance/world/issuer.ts'
import { freePort } from '../../src/cli/leaktest/house/listen.ts'
import { buildImage, dockerfileOf, type Image } from './image.ts'

/** Builds, starts, asks and ends it. Resolves to a line that says what was seen. */
export async function tryImage(root: string, folder: string): Promise<string> {
  const scratch = mkdtempSync(join(folder, 'image-'))
  try {
    const image = buildImage(dockerfileOf(root), root, scratch)
    const packages = readdirSync(join(image.folder, 'node_modules')).length
    return `${packages} packages or scopes; ${await start(image, scratch)}`
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function start(image: Image, scratch: string): Promise<string> {
  const issuer = await startIssuer(0)
  const port = await freePort()
  const file = join(scratch, 'gateway.yaml')
  const metrics = await freePort()
  writeFileSync(
    file,
    `listen: 127.0.0.1:${port}
issuer: { preset: oidc, issuer: '${issuer.origin}', clientId: gateway, clientSecret: env:SECRET }
servers:
  Tasks: { url: 'https://tasks.example/mcp' }
metrics: { listen: '127.0.0.1:${metrics}' }
`,
  )
  const environment = {
    ...image.environment,
    SECRET: 'the-secret-of-a-gateway-in-an-image',
    ONBEHALF_HEALTH_URL: `http://127.0.0.1:${port}/healthz`,
  }
  const command = image.command.map((word) => (word.endsWith('gateway.yaml') ? file : word))
  const gateway = program(image, [...image.entrypoint, ...command], environment)
  try {
    while ((await program(image, image.healthcheck, environment).ended) !== 0)
      if (gateway.hasEnded()) throw new Error('the gateway ended by itself')
    const refused = await fetch(`http://127.0.0.1:${port}/mcp/Tasks`, { method: 'POST' })
    if (refused.status !== 401) throw new Error(`it answered ${refused.status} without a token`)
    const counted = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
    if (!counted.includes('onbehalf_hop_duration')) throw new Error('it has no metrics')
  } finally {
    gateway.end()
    await issuer.close()
  }
  const code = await gateway.ended
  if (code !== 0) throw new Error(`after SIGTERM it ended with ${code}`)
  return 'it was healthy, refused who had no token, told its metrics, and ended with 0 at SIGTERM'
}

function program(
  { folder }: Image,
  [name = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  if (name !== 'node') throw new Error(`the image starts ${name}, and not node`)
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    ended,
    hasEnded: () => child.exitCode !== null,
    end: () => void child.kill('SIGTERM'),
  }
}
