import type { Role } from '../rig/kept-process.js';

/** Whose processes die at named points. */
export const crashRoles = ['orchestrator', 'executor', 'worker', 'recorder'] as const satisfies readonly Role[];
export type CrashRole = (typeof crashRoles)[number];
