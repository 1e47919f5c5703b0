/**
 * The background jobs of the server. They wait, run in order, and can be stopped, as on a real server
 * whose workers are busy or down. Knows nothing of what a job does.
 */
export interface Job {
  readonly name: 'leave-groups' | 'delete-user' | 'delete-rows'
  readonly run: () => void
}

export interface Queue {
  /** The oldest first. */
  readonly pending: readonly Job[]
  add(job: Job): void
  /** Jobs wait until `start` or `run`. */
  stop(): void
  start(): void
  /** Runs the oldest job now, or the oldest of that name, even if stopped. False: there is none. */
  run(name?: Job['name']): boolean
}

/** @param delay milliseconds that a job waits; null: stopped until `start`, then no wait */
export function startQueue(delay: number | null): Queue {
  const pending: Job[] = []
  let running = delay !== null

  function run(name?: Job['name']): boolean {
    const index = pending.findIndex((job) => name === undefined || job.name === name)
    const [job] = index < 0 ? [] : pending.splice(index, 1)
    job?.run()
    return job !== undefined
  }

  /** One timer for each job that waits: each runs the oldest one. */
  function schedule(): void {
    setTimeout(() => running && run(), delay ?? 0).unref()
  }

  return {
    pending,
    run,
    add: (job) => {
      pending.push(job)
      if (running) schedule()
    },
    stop: () => {
      running = false
    },
    start: () => {
      running = true
      pending.forEach(schedule)
    },
  }
}
