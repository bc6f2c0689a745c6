export { assessRisk } from './assess-risk.js';
export { askedRisk } from './asked-risk.js';
export { SharedWork } from './work-meter.js';
export { holdFromScore } from './risk-factors.js';
