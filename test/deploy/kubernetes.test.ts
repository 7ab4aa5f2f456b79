// The manifests of deploy/kubernetes: each is one that Kubernetes takes, and they fit each other.

import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Manifest, manifestsIn, problemsOf } from './kubernetes.ts'

const text = globSync('deploy/kubernetes/*.yaml')
  .map((file) => readFileSync(file, 'utf8'))
  .join('---\n')
const manifests = manifestsIn(text)
const ofKind = (kind: string) => {
  const found = manifests.find((manifest) => manifest.kind === kind)
  if (!found) throw new Error(`there is no ${kind}`)
  return found
}

describe('the manifests of deploy/kubernetes', () => {
  it('are of the kinds that it takes', () => {
    expect(manifests.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ])
  })

  it.each(manifests.map((manifest) => [manifest.kind, manifest] as const))(
    'are good: %s',
    (_, manifest) => {
      expect(problemsOf(manifest)).toEqual([])
    },
  )

  it.each<[string, string, string]>([
    ['a misspelt setting', 'readinessProbe:', 'readynessProbe:'],
    ['a text for a number', 'replicas: 2', 'replicas: two'],
    ['a setting in the wrong place', 'minAvailable: 1', 'matchLabels: {}'],
  ])('would be refused: %s', (_, good, bad) => {
    const wrong = manifestsIn(text.replace(good, bad)).flatMap(problemsOf)
    expect(wrong.length).toBeGreaterThan(0)
  })

  it('select the pods of the deployment', () => {
    const labels = at(ofKind('Deployment'), 'spec.template.metadata.labels')
    expect(at(ofKind('Deployment'), 'spec.selector.matchLabels')).toEqual(labels)
    expect(at(ofKind('Service'), 'spec.selector')).toEqual(labels)
    expect(at(ofKind('PodDisruptionBudget'), 'spec.selector.matchLabels')).toEqual(labels)
    expect(at(ofKind('NetworkPolicy'), 'spec.podSelector.matchLabels')).toEqual(labels)
  })

  it('give no container more than it needs', () => {
    const pod = at(ofKind('Deployment'), 'spec.template.spec') as Pod
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    expect(pod.automountServiceAccountToken).toBe(false)
    for (const { securityContext } of [...pod.initContainers, ...pod.containers])
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
  })

  it('leave time for requests under way', () => {
    const pod = at(ofKind('Deployment'), 'spec.template.spec') as Pod
    const [{ lifecycle } = { lifecycle: undefined }] = pod.containers
    // 4 seconds are the gateway's own time to drain.
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
      (lifecycle?.preStop.sleep.seconds ?? 0) + 4,
    )
  })
})

interface Pod {
  readonly automountServiceAccountToken: boolean
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: object
  readonly initContainers: readonly Container[]
  readonly containers: readonly Container[]
}

interface Container {
  readonly securityContext: object
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
}

function at(manifest: Manifest, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], manifest)
}
