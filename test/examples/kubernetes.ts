/**
 * Manifests of Kubernetes: the fields that the recipes use, strictly, because a cluster may drop a field
 * that it does not know without a word; and the patch of Kustomize, as far as the recipes need it.
 */
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parseAllDocuments } from 'yaml'
import { type Bench, example, type Ran } from './bench.ts'

type Schema = Readonly<Record<string, unknown>>

const text = { type: 'string', minLength: 1 }
const count = { type: 'integer', minimum: 0 }
const yesOrNo = { type: 'boolean' }
const list = (items: Schema) => ({ type: 'array', minItems: 1, items })
const of = (ref: string) => ({ $ref: `#/$defs/${ref}` })
/** An object with these fields and no other. A name that ends with `?` may be left out. */
const fields = (all: Schema) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(all).filter((name) => !name.endsWith('?')),
  properties: Object.fromEntries(
    Object.entries(all).map(([name, schema]) => [name.replace('?', ''), schema]),
  ),
})
const quantities = fields({ 'cpu?': text, 'memory?': text, 'storage?': text })
const metadata = fields({ name: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' } })
const ofKind = (apiVersion: string, kind: string, more: Schema) =>
  fields({ apiVersion: { const: apiVersion }, kind: { const: kind }, metadata, ...more })

const SCHEMA = {
  oneOf: ['ConfigMap', 'PersistentVolumeClaim', 'CronJob', 'Job'].map(of),
  $defs: {
    ConfigMap: ofKind('v1', 'ConfigMap', {
      data: { type: 'object', additionalProperties: { type: 'string' } },
    }),
    PersistentVolumeClaim: ofKind('v1', 'PersistentVolumeClaim', {
      spec: fields({
        accessModes: list({ enum: ['ReadWriteOnce', 'ReadWriteMany'] }),
        resources: fields({ requests: quantities }),
      }),
    }),
    CronJob: ofKind('batch/v1', 'CronJob', {
      spec: fields({
        schedule: { type: 'string', pattern: '^\\d+ \\d+ \\* \\* \\*$' },
        timeZone: text,
        concurrencyPolicy: { enum: ['Allow', 'Forbid', 'Replace'] },
        startingDeadlineSeconds: count,
        'successfulJobsHistoryLimit?': count,
        'failedJobsHistoryLimit?': count,
        jobTemplate: fields({ spec: of('jobSpec') }),
      }),
    }),
    Job: ofKind('batch/v1', 'Job', { spec: of('jobSpec') }),
    jobSpec: fields({
      activeDeadlineSeconds: count,
      'backoffLimit?': count,
      'backoffLimitPerIndex?': count,
      'completionMode?': { enum: ['Indexed', 'NonIndexed'] },
      'completions?': count,
      'parallelism?': count,
      'podFailurePolicy?': fields({
        rules: list(
          fields({
            action: { enum: ['FailJob', 'FailIndex', 'Ignore', 'Count'] },
            onExitCodes: fields({
              containerName: text,
              operator: { enum: ['In', 'NotIn'] },
              values: list(count),
            }),
          }),
        ),
      }),
      'ttlSecondsAfterFinished?': count,
      template: fields({ spec: of('podSpec') }),
    }),
    podSpec: fields({
      // All that a Job may have.
      restartPolicy: { enum: ['Never', 'OnFailure'] },
      automountServiceAccountToken: yesOrNo,
      enableServiceLinks: yesOrNo,
      'serviceAccountName?': text,
      securityContext: fields({
        runAsNonRoot: yesOrNo,
        runAsUser: count,
        runAsGroup: count,
        fsGroup: count,
        seccompProfile: fields({ type: { enum: ['RuntimeDefault', 'Localhost', 'Unconfined'] } }),
      }),
      'initContainers?': list(of('container')),
      containers: list(of('container')),
      volumes: list({
        oneOf: [
          fields({ name: text, configMap: fields({ name: text }) }),
          fields({ name: text, persistentVolumeClaim: fields({ claimName: text }) }),
          fields({ name: text, emptyDir: fields({ sizeLimit: text }) }),
          fields({
            name: text,
            secret: fields({
              secretName: text,
              'items?': list(fields({ key: text, path: text })),
              defaultMode: count,
            }),
          }),
        ],
      }),
    }),
    container: fields({
      name: text,
      image: text,
      command: list({ type: 'string' }),
      'env?': list({
        oneOf: [
          fields({ name: text, value: { type: 'string' } }),
          fields({
            name: text,
            valueFrom: fields({
              secretKeyRef: fields({ name: text, key: text, 'optional?': yesOrNo }),
            }),
          }),
        ],
      }),
      securityContext: fields({
        allowPrivilegeEscalation: { const: false },
        readOnlyRootFilesystem: { const: true },
        capabilities: fields({ drop: { const: ['ALL'] } }),
      }),
      resources: fields({ requests: quantities, limits: quantities }),
      volumeMounts: list(
        fields({ name: text, mountPath: text, 'readOnly?': yesOrNo, 'subPath?': text }),
      ),
    }),
  },
}

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false })
const conforms = ajv.compile(SCHEMA)

/** What is wrong with a manifest; empty: nothing. */
export function findMistakes(manifest: unknown): string {
  return conforms(manifest) ? '' : ajv.errorsText(conforms.errors)
}

/** Names that a manifest uses and that nothing in it has. */
export function findDangling({ template }: JobSpec): readonly string[] {
  const { containers, initContainers = [], volumes } = template.spec
  const names = new Set(volumes.map(({ name }) => name))
  const used = [...initContainers, ...containers].flatMap(({ volumeMounts }) => volumeMounts)
  return used.map(({ name }) => name).filter((name) => !names.has(name))
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly command: readonly [string, ...string[]]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly securityContext: unknown
  readonly resources: { readonly limits: unknown }
  readonly volumeMounts: readonly {
    readonly name: string
    readonly mountPath: string
    readonly readOnly?: boolean
    readonly subPath?: string
  }[]
}

export interface JobSpec {
  readonly activeDeadlineSeconds: number
  readonly backoffLimit?: number
  readonly backoffLimitPerIndex?: number
  readonly completions?: number
  readonly podFailurePolicy?: { readonly rules: readonly unknown[] }
  readonly template: {
    readonly spec: {
      readonly restartPolicy: string
      readonly automountServiceAccountToken: boolean
      readonly securityContext: unknown
      readonly initContainers?: readonly Container[]
      readonly containers: readonly Container[]
      readonly volumes: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[]
    }
  }
}

export interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: unknown
}

export const manifests = (path: string) =>
  parseAllDocuments(example(`ci/kubernetes/${path}`)).map((each) => each.toJS()) as Manifest[]

/** By what Kubernetes tells the entries of these lists apart; any other list is replaced. */
const KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
}

/** A strategic merge patch. */
export function patch(before: unknown, after: unknown, list = ''): unknown {
  const key = KEYS[list]
  if (Array.isArray(before) && Array.isArray(after) && key !== undefined) {
    const changed = before.map((each) => {
      const change = after.find((other) => other[key] === each[key])
      return change === undefined ? each : patch(each, change)
    })
    return [...changed, ...after.filter((each) => !before.some((old) => old[key] === each[key]))]
  }
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isMap(before) || !isMap(after)) return after
  const merged = { ...before }
  for (const [name, value] of Object.entries(after)) {
    merged[name] = name in before ? patch(before[name], value, name) : value
  }
  return merged
}

/** A container's command, with its mounts in the folder of the test. */
export function runContainer(
  at: Bench,
  { command, env, volumeMounts }: Container,
  more: Readonly<Record<string, string>>,
): Promise<Ran> {
  const folderOf = new Map(
    volumeMounts.map(({ mountPath, name, subPath = '' }) => [
      mountPath,
      join(at.workspace, 'mounts', name, subPath),
    ]),
  )
  // In one pass: the folder of the test may itself be below one of these paths.
  const paths = new RegExp([...folderOf.keys()].join('|'), 'g')
  const here = (words: string) => words.replace(paths, (path) => folderOf.get(path) ?? path)
  const set = env.flatMap(({ name, value }) => (value ? [[name, here(value)]] : []))
  const [program, ...argv] = command
  return at.run([program, ...argv.map(here)], { ...Object.fromEntries(set), ...more })
}
