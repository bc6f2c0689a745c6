export { assessRisk } from './assess-risk.js';
export { decideApproval } from './decide-approval.js';
