/**
 * The background jobs of the server. They wait and run in order, as on a real server whose workers are
 * busy. Knows nothing of what a job does.
 */
export interface Job {
  readonly name: 'leave-groups' | 'delete-user' | 'delete-rows'
  readonly run: () => void
}

export interface Queue {
  /** The oldest first. */
  readonly pending: readonly Job[]
  add(job: Job): void
  /** Runs the oldest job now, or the oldest of that name. False: there is none. */
  run(name?: Job['name']): boolean
}

/** @param delay milliseconds that a job waits; null: until `run` */
export function startQueue(delay: number | null): Queue {
  const pending: Job[] = []

  function run(name?: Job['name']): boolean {
    const index = pending.findIndex((job) => name === undefined || job.name === name)
    const [job] = index < 0 ? [] : pending.splice(index, 1)
    job?.run()
    return job !== undefined
  }

  return {
    pending,
    run,
    add: (job) => {
      pending.push(job)
      // One timer for each job: each runs the oldest one.
      if (delay !== null) setTimeout(() => run(), delay).unref()
    },
  }
}
