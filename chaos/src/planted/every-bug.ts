import { ackBeforeSettle } from './bugs/ack-before-settle.bug.js';
import { approvalUnbound } from './bugs/approval-unbound.bug.js';
import { budgetOutsideScript } from './bugs/budget-outside-script.bug.js';
import { clientClock } from './bugs/client-clock.bug.js';
import { escrowKept } from './bugs/escrow-kept.bug.js';
import { eventOutsideScript } from './bugs/event-outside-script.bug.js';
import { fenceUnchecked } from './bugs/fence-unchecked.bug.js';
import { fenceWithoutNonce } from './bugs/fence-without-nonce.bug.js';
import { finalOverwritten } from './bugs/final-overwritten.bug.js';
import { freedByFailure } from './bugs/freed-by-failure.bug.js';
import { groupAtEnd } from './bugs/group-at-end.bug.js';
import { jobRemovedWhenDone } from './bugs/job-removed-when-done.bug.js';
import { nogroupAtEnd } from './bugs/nogroup-at-end.bug.js';
import { onceAgainAfterLoss } from './bugs/once-again-after-loss.bug.js';
import { pauseIgnored } from './bugs/pause-ignored.bug.js';
import { reservationKeptOnCancel } from './bugs/reservation-kept-on-cancel.bug.js';
import { retentionBeforeSettle } from './bugs/retention-before-settle.bug.js';
import { settledTwice } from './bugs/settled-twice.bug.js';
import { sweeperIgnoresEffect } from './bugs/sweeper-ignores-effect.bug.js';
import { ttlUnchecked } from './bugs/ttl-unchecked.bug.js';
import type { PlantedBug } from './planted-bug.js';

/** A new one is a line here and a file. */
export const everyBug: readonly PlantedBug[] = [
  fenceUnchecked,
  ackBeforeSettle,
  reservationKeptOnCancel,
  groupAtEnd,
  clientClock,
  fenceWithoutNonce,
  jobRemovedWhenDone,
  sweeperIgnoresEffect,
  onceAgainAfterLoss,
  budgetOutsideScript,
  eventOutsideScript,
  freedByFailure,
  settledTwice,
  ttlUnchecked,
  pauseIgnored,
  finalOverwritten,
  retentionBeforeSettle,
  nogroupAtEnd,
  escrowKept,
  approvalUnbound,
];
