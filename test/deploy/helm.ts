// The Helm chart, rendered by the real Helm for each of its example values, and judged as Kubernetes would.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { manifestsIn, problemsOf } from './kubernetes.ts'

const VERSION = 'v3.22.0'
/** Built from its module, Helm takes the cluster for one of long ago. */
const CLUSTER = ['--kube-version', '1.36.0']

/** What must not be rendered, and what is said of it. */
const WRONG: readonly (readonly [settings: readonly string[], said: string])[] = [
  [['replicas=2', 'gateway.sessionSecret=null'], 'several replicas need gateway.sessionSecret'],
  [['secret='], 'keyring needs secret'],
  [['gateway.store.sqlite=/keys/a.db'], 'cannot share gateway.store.sqlite'],
  [['ingress.enabled=true', 'ingress.host=a.example'], 'ingress.tlsSecret'],
  [['replicaCount=2'], 'replicaCount'],
]

/** Renders and judges. Resolves to a line that says what was seen. */
export async function tryHelm(root: string, folder: string): Promise<string> {
  const helm = installed(folder)
  if (!helm) return 'not run: it needs Go, to build Helm'
  const chart = join(root, 'deploy', 'helm', 'onbehalf-gateway')
  const render = (name: string, ...more: readonly string[]) =>
    spawnSync(
      helm,
      ['template', 'mine', chart, ...CLUSTER, '--values', join(chart, 'examples', name), ...more],
      { encoding: 'utf8' },
    )
  let count = 0
  for (const name of readdirSync(join(chart, 'examples'))) {
    execFileSync(
      helm,
      ['lint', '--strict', ...CLUSTER, chart, '--values', join(chart, 'examples', name)],
      { stdio: 'pipe' },
    )
    const { stdout, stderr, status } = render(name)
    if (status !== 0) throw new Error(`${name}: ${stderr}`)
    for (const manifest of manifestsIn(stdout)) {
      count += 1
      const [problem] = problemsOf(manifest)
      if (problem) throw new Error(`${name}: ${manifest.kind}${problem}`)
    }
  }
  for (const [settings, said] of WRONG) {
    const sets = settings.flatMap((setting) => ['--set', setting])
    const { stderr, status } = render('two-instances.yaml', ...sets)
    if (status === 0 || !stderr.includes(said))
      throw new Error(`${settings.join(' ')} was rendered, or the wrong thing was said: ${stderr}`)
  }
  return `Helm ${VERSION}: ${count} manifests of 3 value files are good, ${WRONG.length} wrong settings were refused`
}

/** Helm, built from its module where it is not there. */
function installed(folder: string): string | undefined {
  const bin = join(folder, 'bin')
  const helm = join(bin, 'helm')
  if (existsSync(helm)) return helm
  if (spawnSync('go', ['version']).status !== 0) return undefined
  mkdirSync(bin, { recursive: true })
  execFileSync('go', ['install', `helm.sh/helm/v3/cmd/helm@${VERSION}`], {
    env: { ...process.env, GOBIN: bin },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return helm
}
