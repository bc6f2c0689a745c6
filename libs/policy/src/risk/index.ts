export { askedRisk } from './asked-risk.js';
export { holdFromScore } from './risk-factors.js';
