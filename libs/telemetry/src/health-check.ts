export interface HealthReport {
  ok: boolean;
  detail: string;
}

/** One thing that must go on for a process to be of use: judged by what it did last, not by whether it answers. */
export interface HealthCheck {
  name: string;
  look: () => Promise<HealthReport> | HealthReport;
}
