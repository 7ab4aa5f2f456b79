// Runs the steps of the Dockerfile without Docker: each stage is a folder, COPY copies, RUN runs in it, with
// the Node that this repository pins in the place of the image's. What a step does with the absolute
// paths of a container cannot be tried so, and is refused.

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { type Copy, DockerfileParser, type From, type Instruction } from 'dockerfile-ast'

/** What was made: the folder of the last stage, and how its program is started. */
export interface Image {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly healthcheck: readonly string[]
}

interface Stage {
  readonly root: string
  readonly environment: Record<string, string>
  folder: string
}

/**
 * Runs the steps.
 *
 * @param context The folder that is built.
 * @param scratch An empty folder for the stages.
 * @throws Error of a step that fails, or that cannot be run here.
 */
export function buildImage(dockerfile: string, context: string, scratch: string): Image {
  const stages = new Map<string, Stage>()
  let stage: Stage = { root: scratch, environment: {}, folder: scratch }
  let entrypoint: readonly string[] = []
  let command: readonly string[] = []
  let healthcheck: readonly string[] = []
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    const content = instruction.getArgumentsContent() ?? ''
    const keyword = instruction.getKeyword()
    if (keyword === 'FROM') {
      const name = (instruction as From).getBuildStage() ?? 'last'
      const root = join(scratch, name)
      mkdirSync(root)
      stage = { root, environment: {}, folder: root }
      stages.set(name, stage)
    } else if (keyword === 'WORKDIR') enter(stage, content)
    else if (keyword === 'ENV') Object.assign(stage.environment, variablesIn(instruction))
    else if (keyword === 'COPY') copy(instruction as Copy, stage, stages, context)
    else if (keyword === 'RUN') run(content, stage)
    else if (keyword === 'ENTRYPOINT') entrypoint = JSON.parse(content)
    else if (keyword === 'CMD') command = JSON.parse(content)
    else if (keyword === 'HEALTHCHECK') healthcheck = JSON.parse(content.replace(/^.*?CMD /, ''))
    else if (keyword !== 'USER' && keyword !== 'EXPOSE')
      throw new Error(`${keyword} cannot be run here`)
  }
  return {
    ...{ folder: stage.folder, environment: stage.environment },
    ...{ entrypoint, command, healthcheck },
  }
}

function enter(stage: Stage, path: string): void {
  stage.folder = join(stage.root, path)
  mkdirSync(stage.folder, { recursive: true })
}

function variablesIn(instruction: Instruction): Record<string, string> {
  return Object.fromEntries(
    instruction.getArguments().map((argument) => {
      const [name = '', ...value] = argument.getValue().split('=')
      return [name, value.join('=')]
    }),
  )
}

function copy(
  instruction: Copy,
  { folder }: Stage,
  stages: ReadonlyMap<string, Stage>,
  context: string,
): void {
  const from = instruction
    .getFlags()
    .find((flag) => flag.getName() === 'from')
    ?.getValue()
  const paths = instruction.getArguments().map((argument) => argument.getValue())
  const target = join(folder, paths.pop() ?? '')
  for (const path of paths) {
    if (from) cpSync(join(stages.get(from)?.root ?? from, path), target, { recursive: true })
    else if (path === '.') copyTracked(context, target)
    else cpSync(join(context, path), targetOf(target, join(context, path)), { recursive: true })
  }
}

function targetOf(target: string, source: string): string {
  return statSync(source).isDirectory() ? target : join(target, basename(source))
}

/** What a fresh clone has: the file of what is ignored leaves no more than that. */
function copyTracked(context: string, target: string): void {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: context, encoding: 'utf8' })
  for (const file of files.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(target, file)), { recursive: true })
    cpSync(join(context, file), join(target, file))
  }
}

function run(script: string, { folder, environment }: Stage): void {
  if (/(?:^|\s)\/\w/.test(script)) throw new Error(`a path of the container: RUN ${script}`)
  // What the machine needs to reach a registry; what `npm run` adds would change how npm works.
  const machine = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))
  const path = `${dirname(process.execPath)}:${process.env.PATH}`
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...Object.fromEntries(machine), ...environment, PATH: path },
  })
  if (status !== 0) throw new Error(`RUN ${script}\n${`${stdout}${stderr}`.slice(-2_000)}`)
}

/** The Dockerfile of the repository. */
export function dockerfileOf(root: string): string {
  return readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8')
}
