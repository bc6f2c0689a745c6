const MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const two = (value: number) => String(value).padStart(2, '0');

/** `0.4s`, `12.3s`, `2m05s`, `1h02m`, `3d04h`; a negative span (clocks differ) reads as zero. */
export function formatDuration(spanMs: number): string {
  const ms = Math.max(0, spanMs);
  if (ms < MS.minute) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  if (ms < MS.hour) return `${Math.floor(ms / MS.minute)}m${two(Math.floor((ms % MS.minute) / MS.second))}s`;
  if (ms < MS.day) return `${Math.floor(ms / MS.hour)}h${two(Math.floor((ms % MS.hour) / MS.minute))}m`;
  return `${Math.floor(ms / MS.day)}d${two(Math.floor((ms % MS.day) / MS.hour))}h`;
}
