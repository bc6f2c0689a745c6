// Made by `npm run generate` from docs/openapi.json: change the contracts, not this file.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Schemas {
  DirectivesStats: {
    counted: number;
    hasMore: boolean;
    byState: Partial<Record<'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED', number>>;
    active: number;
    successRate: number | null;
  };
  DirectiveStats: {
    directiveId: string;
    state: 'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED';
    tasks: {
      total: number;
      open: number;
      succeeded: number;
      failed: number;
      skipped: number;
      cancelled: number;
      expired: number;
    };
    progress: number | null;
    successRate: number | null;
    waitedMs: number | null;
    ranMs: number | null;
    events: number;
    budget: {
      maxCostUsd: number | null;
      maxTokens: number | null;
      chargedUsd: number;
      reservedUsd: number;
      overrunUsd: number;
      chargedTokens: number;
      reservedTokens: number;
    };
  };
  SubmitDirective: {
    ref?: string | undefined;
    title?: string | undefined;
    tasks?: (Schemas['TaskSpec'])[] | undefined;
    workflow?: string | undefined;
    intent?: string | undefined;
    input?: Json | undefined;
    output?: Json | undefined;
    ttlMs?: number | undefined;
    start?: boolean | undefined;
    runAt?: string | undefined;
    budget?: {
      maxCostUsd?: number | undefined;
      maxTokens?: number | undefined;
      warnAtPercent?: number | undefined;
      onBudget?: 'hold' | 'fail' | undefined;
    } | undefined;
    models?: (string)[] | undefined;
    priority?: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL' | undefined;
    policies?: {
      maxRetries?: number | undefined;
      retryDelayMs?: number | undefined;
      backoff?: 'fixed' | 'exponential' | undefined;
      maxRetryDelayMs?: number | undefined;
      approval?: 'never' | 'on-request' | 'auto' | 'always' | {
        threshold: number;
      } | undefined;
      approvalTtlMs?: number | undefined;
      continueOnFailure?: boolean | undefined;
    } | undefined;
    labels?: Record<string, string> | undefined;
    parent?: string | undefined;
    onParentEnd?: 'orphan' | 'cancel' | 'continue' | undefined;
    webhooks?: (Schemas['DirectiveWebhook'])[] | undefined;
  };
  TaskSpec: {
    id: string;
    action: string;
    input?: Json | undefined;
    dependsOn?: (string)[] | undefined;
    optional?: boolean | undefined;
    forEach?: {
      items: {
        $task: string;
        path?: string | undefined;
      } | {
        $input: string;
      } | {
        $item: string;
      } | {
        $cel: string;
      } | (Json)[];
      maxItems?: number | undefined;
    } | undefined;
    timeoutMs?: number | undefined;
    ttlMs?: number | undefined;
    budget?: {
      maxCostUsd?: number | undefined;
      maxTokens?: number | undefined;
    } | undefined;
    model?: string | undefined;
    models?: (string)[] | undefined;
    risk?: 'low' | 'medium' | 'high' | undefined;
    approval?: boolean | undefined;
    when?: string | undefined;
    continueOnFailure?: boolean | undefined;
    concurrency?: {
      key: string;
      limit: number;
    } | undefined;
    maxRetries?: number | undefined;
    retryDelayMs?: number | undefined;
    backoff?: 'fixed' | 'exponential' | undefined;
    maxRetryDelayMs?: number | undefined;
  };
  DirectiveWebhook: {
    url: string;
    events?: ('directive.accepted' | 'directive.planned' | 'directive.kept' | 'directive.extended' | 'directive.released' | 'directive.started' | 'directive.degraded' | 'directive.recovered' | 'directive.paused' | 'directive.resumed' | 'directive.review_requested' | 'directive.budget_warned' | 'directive.budget_raised' | 'directive.reservation_corrected' | 'directive.completed' | 'directive.partially_completed' | 'directive.failed' | 'directive.cancelled' | 'directive.timeout' | 'directive.stopped' | 'directive.orphaned' | 'task.expanded' | 'task.queued' | 'task.started' | 'task.completed' | 'task.failed' | 'task.retried' | 'task.held' | 'task.approved' | 'task.denied' | 'task.resolved' | 'task.deferred' | 'task.overspent' | 'task.skipped' | 'task.cancelled' | 'task.expired' | 'artifact.indexed' | 'checkpoint.created' | 'evaluation.complete')[] | undefined;
    secret: string;
  };
  SubmitAccepted: {
    id: string;
  };
  DirectiveList: {
    items: (Schemas['Directive'])[];
    nextCursor: string | null;
  };
  Directive: {
    id: string;
    ref: string | null;
    retryOf?: string | null | undefined;
    parent?: string | null | undefined;
    title: string | null;
    tenant: string;
    actor: string;
    kind: 'tasks' | 'workflow' | 'intent';
    workflow: string | null;
    intent: string | null;
    state: 'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED';
    closing: 'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED' | null;
    priority: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
    labels: Record<string, string>;
    planHash: string | null;
    tasks: {
      total: number;
      open: number;
      succeeded: number;
      failed: number;
      skipped: number;
      cancelled: number;
      expired: number;
    };
    budget: {
      maxCostUsd: number | null;
      maxTokens: number | null;
      chargedUsd: number;
      reservedUsd: number;
      overrunUsd: number;
      chargedTokens: number;
      reservedTokens: number;
    };
    waitingOn?: {
      kind: 'plan' | 'dependencies' | 'children' | 'release' | 'window' | 'worker' | 'outcome' | 'retry' | 'budget' | 'budget-reserved' | 'rate' | 'concurrency' | 'directives' | 'tenant-budget' | 'approval' | 'paused' | 'effect-unknown' | 'condition' | 'review' | 'start' | 'time' | 'no-worker';
      ref: string;
    } | null | undefined;
    degraded?: (Schemas['Shortage'])[] | undefined;
    error: {
      code: string;
      message: string;
    } | null;
    lastSeq: number;
    createdAt: string;
    updatedAt: string;
    startedAt: string | null;
    finishedAt: string | null;
    expiresAt: string;
  };
  Shortage: {
    reason: 'no-worker' | 'fallback';
    task: string;
    action: string;
    model: string | null;
    since: string;
  };
  Plan: {
    directiveId: string;
    state: 'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED';
    planHash: string | null;
    items: (Schemas['Task'])[];
    nextCursor: string | null;
  };
  Task: {
    id: string;
    index: number;
    action: string;
    actionVersion: string;
    dependsOn: (string)[];
    optional: boolean;
    parent: string | null;
    state: 'waiting' | 'ready' | 'held' | 'deferred' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'skipped';
    attempt: number;
    maxAttempts?: number | undefined;
    owner: 'orchestrator' | 'executor' | 'worker' | 'human' | null;
    since: string | null;
    deadline: string | null;
    waitingOn: {
      kind: 'plan' | 'dependencies' | 'children' | 'release' | 'window' | 'worker' | 'outcome' | 'retry' | 'budget' | 'budget-reserved' | 'rate' | 'concurrency' | 'directives' | 'tenant-budget' | 'approval' | 'paused' | 'effect-unknown' | 'condition' | 'review' | 'start' | 'time' | 'no-worker';
      ref: string;
    } | null;
    error: {
      code: string;
      message: string;
    } | null;
    costUsd: number;
    tokens: number;
  };
  EventList: {
    items: (Schemas['Event'])[];
    nextCursor: string | null;
  };
  Event: {
    directiveId: string;
    seq: number;
    type: 'directive.accepted' | 'directive.planned' | 'directive.kept' | 'directive.extended' | 'directive.released' | 'directive.started' | 'directive.degraded' | 'directive.recovered' | 'directive.paused' | 'directive.resumed' | 'directive.review_requested' | 'directive.budget_warned' | 'directive.budget_raised' | 'directive.reservation_corrected' | 'directive.completed' | 'directive.partially_completed' | 'directive.failed' | 'directive.cancelled' | 'directive.timeout' | 'directive.stopped' | 'directive.orphaned' | 'task.expanded' | 'task.queued' | 'task.started' | 'task.completed' | 'task.failed' | 'task.retried' | 'task.held' | 'task.approved' | 'task.denied' | 'task.resolved' | 'task.deferred' | 'task.overspent' | 'task.skipped' | 'task.cancelled' | 'task.expired' | 'artifact.indexed' | 'checkpoint.created' | 'evaluation.complete';
    timestamp: string;
    task: string | null;
    data: Record<string, Json>;
  };
  Output: {
    directiveId: string;
    state: 'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED';
    output: Json | null;
  };
  EndDirective: {
    reason?: string | undefined;
  };
  RetryDirective: {
    from?: 'start' | 'checkpoint' | undefined;
    checkpoint?: number | undefined;
    dryRun?: boolean | undefined;
  };
  RetryPlan: {
    retryOf: string;
    from: 'start' | 'checkpoint';
    checkpoint: number | null;
    kept: number;
    runs: number;
    asks: number;
    cost: {
      onceUsd: number;
      mostUsd: number;
      onceTokens: number;
      mostTokens: number;
      hasOpenLists: boolean;
      fitsBudget: boolean | null;
    };
    keptUsd: number;
    tasks: ({
      id: string;
      index: number;
      action: string;
      fate: 'keep' | 'run' | 'ask';
      why: string;
    })[];
  };
  CreateCheckpoint: {
    reason?: string | undefined;
  };
  Checkpoint: {
    id: string;
    directiveId: string;
    number: number;
    at: string;
    seq: number;
    state: 'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED';
    kind: 'automatic' | 'manual';
    reason: string;
    by: string | null;
    tasks: {
      total: number;
      open: number;
      succeeded: number;
      failed: number;
      skipped: number;
      cancelled: number;
      expired: number;
    };
    chargedUsd: number;
    chargedTokens: number;
  };
  CheckpointList: {
    items: (Schemas['Checkpoint'])[];
    nextCursor: string | null;
  };
  TaskDetail: {
    id: string;
    index: number;
    action: string;
    actionVersion: string;
    dependsOn: (string)[];
    optional: boolean;
    parent: string | null;
    state: 'waiting' | 'ready' | 'held' | 'deferred' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'skipped';
    attempt: number;
    maxAttempts?: number | undefined;
    owner: 'orchestrator' | 'executor' | 'worker' | 'human' | null;
    since: string | null;
    deadline: string | null;
    waitingOn: {
      kind: 'plan' | 'dependencies' | 'children' | 'release' | 'window' | 'worker' | 'outcome' | 'retry' | 'budget' | 'budget-reserved' | 'rate' | 'concurrency' | 'directives' | 'tenant-budget' | 'approval' | 'paused' | 'effect-unknown' | 'condition' | 'review' | 'start' | 'time' | 'no-worker';
      ref: string;
    } | null;
    error: {
      code: string;
      message: string;
    } | null;
    costUsd: number;
    tokens: number;
    directiveId: string;
    dependencies: ({
      id: string;
      state: 'waiting' | 'ready' | 'held' | 'deferred' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'skipped';
    })[];
    why: string | null;
  };
  LogList: {
    items: ({
      attempt: number;
      line: string;
    })[];
  };
  TaskList: {
    directiveId: string;
    items: (Schemas['Task'])[];
    nextCursor: string | null;
  };
  DependencyList: {
    items: ({
      id: string;
      state: 'waiting' | 'ready' | 'held' | 'deferred' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'skipped';
    })[];
  };
  TaskWait: {
    id: string;
    state: 'waiting' | 'ready' | 'held' | 'deferred' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'skipped';
    why: string | null;
    waitingOn: {
      kind: 'plan' | 'dependencies' | 'children' | 'release' | 'window' | 'worker' | 'outcome' | 'retry' | 'budget' | 'budget-reserved' | 'rate' | 'concurrency' | 'directives' | 'tenant-budget' | 'approval' | 'paused' | 'effect-unknown' | 'condition' | 'review' | 'start' | 'time' | 'no-worker';
      ref: string;
    } | null;
    owner: 'orchestrator' | 'executor' | 'worker' | 'human' | null;
    since: string | null;
    deadline: string | null;
  };
  OrderTask: {
    comment?: string | undefined;
  };
  CompleteTask: {
    output: Json;
    comment?: string | undefined;
  };
  DryPlan: {
    kind: 'tasks' | 'workflow' | 'intent';
    workflow: string | null;
    needsReview: boolean;
    planHash: string;
    edges: number;
    cost: {
      onceUsd: number;
      mostUsd: number;
      onceTokens: number;
      mostTokens: number;
      hasOpenLists: boolean;
      fitsBudget: boolean | null;
    };
    risk: {
      highest: number | null;
      needed: number;
      open: number;
    };
    tasks: ({
      id: string;
      index: number;
      action: string;
      actionVersion: string;
      effect: 'pure' | 'keyed' | 'once';
      dependsOn: (string)[];
      models: (string)[];
      maxAttempts: number;
      timeoutMs: number;
      spread: number | null;
      maxCostUsd: number;
      maxTokens: number;
      risk: {
        score: number;
        factors: ({
          factor: string;
          points: number;
          detail: string;
        })[];
      } | null;
      approval: 'none' | 'needed' | 'open';
      approvalReasons: (string)[];
    })[];
  };
  OrchestratorState: {
    shards: {
      used: number;
      served: number;
      withoutExecutor: (number)[];
    };
    workflows: ({
      name: string;
      description: string;
      needsReview: boolean;
    })[];
    actions: number;
    directives: {
      counted: number;
      hasMore: boolean;
      byState: Partial<Record<'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED', number>>;
    };
    queues?: {
      ready: number;
      inFlight: number;
    } | undefined;
  };
  QueueList: {
    items: (Schemas['Queue'])[];
  };
  Queue: {
    queue: string;
    action: string;
    shard: number;
    depth: number;
    ready: number;
    inFlight: number;
    waitingJobs: number;
    window: number | null;
    oldestWaitMs: number | null;
  };
  WorkerList: {
    items: (Schemas['QueueWorkers'])[];
  };
  QueueWorkers: {
    queue: string;
    action: string;
    shard: number;
    workers: ({
      name: string | null;
      connectedMs: number;
    })[];
    claimed: number;
    waitingJobs: number;
    lastClaimAt: string | null;
  };
  HoldList: {
    items: (Schemas['Hold'])[];
    nextCursor: string | null;
  };
  Hold: {
    id: string;
    directiveId: string;
    task: string;
    kind: 'approval' | 'budget' | 'effect-unknown';
    since: string;
    expiresAt: string;
    requestedBy: string;
    action: string;
    actionVersion: string;
    effect: 'pure' | 'keyed' | 'once';
    input: Json;
    assignment: {
      agent_id: string;
      version: string;
      model: string | null;
      budget: {
        maxCostUsd: number;
        maxTokens: number;
      };
      timeoutMs: number;
    };
    digest: string;
    attempt: number;
    risk: {
      score: number;
      factors: ({
        factor: string;
        points: number;
        detail: string;
      })[];
      reasons: (string)[];
    } | null;
    error: {
      code: string;
      message: string;
    } | null;
    decision: {
      state: 'approved' | 'denied' | 'expired';
      by: string;
      at: string;
      comment: string;
      digest: string | null;
      scope: string | null;
      edited: boolean;
    } | null;
  };
  ApproveHold: {
    digest?: string | undefined;
    comment?: string | undefined;
    input?: Json | undefined;
    scope?: 'task' | 'directive' | 'action' | undefined;
    forMs?: number | undefined;
  };
  DenyHold: {
    comment?: string | undefined;
  };
  ResolveHold: {
    decision: 'retry' | 'complete' | 'fail';
    output?: Json | undefined;
    comment?: string | undefined;
  };
  GrantList: {
    items: (Schemas['Grant'])[];
  };
  Grant: {
    action: string;
    maxScore: number;
    directiveId: string | null;
    until: string | null;
    by: string;
  };
  BudgetLedger: {
    directiveId: string;
    maxCostUsd: number | null;
    maxTokens: number | null;
    chargedUsd: number;
    reservedUsd: number;
    overrunUsd: number;
    chargedTokens: number;
    reservedTokens: number;
    lines: ({
      seq: number;
      at: string;
      task: string;
      attempt: number;
      event: string;
      costUsd: number;
      tokens: number;
    })[];
    reservations: ({
      task: string;
      attempt: number;
      costUsd: number;
      tokens: number;
    })[];
    waiting: (string)[];
  };
  RaiseBudget: {
    maxCostUsd?: number | undefined;
    maxTokens?: number | undefined;
    comment?: string | undefined;
  };
  CreateWebhook: {
    url: string;
    events?: ('directive.accepted' | 'directive.planned' | 'directive.kept' | 'directive.extended' | 'directive.released' | 'directive.started' | 'directive.degraded' | 'directive.recovered' | 'directive.paused' | 'directive.resumed' | 'directive.review_requested' | 'directive.budget_warned' | 'directive.budget_raised' | 'directive.reservation_corrected' | 'directive.completed' | 'directive.partially_completed' | 'directive.failed' | 'directive.cancelled' | 'directive.timeout' | 'directive.stopped' | 'directive.orphaned' | 'task.expanded' | 'task.queued' | 'task.started' | 'task.completed' | 'task.failed' | 'task.retried' | 'task.held' | 'task.approved' | 'task.denied' | 'task.resolved' | 'task.deferred' | 'task.overspent' | 'task.skipped' | 'task.cancelled' | 'task.expired' | 'artifact.indexed' | 'checkpoint.created' | 'evaluation.complete')[] | undefined;
    description?: string | undefined;
  };
  WebhookCreated: {
    id: string;
    url: string;
    events: ('directive.accepted' | 'directive.planned' | 'directive.kept' | 'directive.extended' | 'directive.released' | 'directive.started' | 'directive.degraded' | 'directive.recovered' | 'directive.paused' | 'directive.resumed' | 'directive.review_requested' | 'directive.budget_warned' | 'directive.budget_raised' | 'directive.reservation_corrected' | 'directive.completed' | 'directive.partially_completed' | 'directive.failed' | 'directive.cancelled' | 'directive.timeout' | 'directive.stopped' | 'directive.orphaned' | 'task.expanded' | 'task.queued' | 'task.started' | 'task.completed' | 'task.failed' | 'task.retried' | 'task.held' | 'task.approved' | 'task.denied' | 'task.resolved' | 'task.deferred' | 'task.overspent' | 'task.skipped' | 'task.cancelled' | 'task.expired' | 'artifact.indexed' | 'checkpoint.created' | 'evaluation.complete')[] | null;
    description: string | null;
    createdAt: string;
    failingSince: string | null;
    disabledAt: string | null;
    secret: string;
  };
  WebhookList: {
    items: (Schemas['Webhook'])[];
  };
  Webhook: {
    id: string;
    url: string;
    events: ('directive.accepted' | 'directive.planned' | 'directive.kept' | 'directive.extended' | 'directive.released' | 'directive.started' | 'directive.degraded' | 'directive.recovered' | 'directive.paused' | 'directive.resumed' | 'directive.review_requested' | 'directive.budget_warned' | 'directive.budget_raised' | 'directive.reservation_corrected' | 'directive.completed' | 'directive.partially_completed' | 'directive.failed' | 'directive.cancelled' | 'directive.timeout' | 'directive.stopped' | 'directive.orphaned' | 'task.expanded' | 'task.queued' | 'task.started' | 'task.completed' | 'task.failed' | 'task.retried' | 'task.held' | 'task.approved' | 'task.denied' | 'task.resolved' | 'task.deferred' | 'task.overspent' | 'task.skipped' | 'task.cancelled' | 'task.expired' | 'artifact.indexed' | 'checkpoint.created' | 'evaluation.complete')[] | null;
    description: string | null;
    createdAt: string;
    failingSince: string | null;
    disabledAt: string | null;
  };
  DeliveryList: {
    items: (Schemas['DeliveryTry'])[];
  };
  DeliveryTry: {
    deliveryId: string;
    type: string;
    try: number;
    at: string;
    durationMs: number;
    outcome: 'delivered' | 'retrying' | 'failed' | 'dropped';
    status: number | null;
    error: string | null;
  };
  DeliveryFiled: {
    deliveryId: string;
  };
  ActionList: {
    items: (Schemas['ActionRecord'])[];
  };
  ActionRecord: {
    name: string;
    version: string;
    description: string;
    input: Record<string, Json>;
    output: Record<string, Json>;
    effect: 'pure' | 'keyed' | 'once';
    maxCostUsd: number | null;
    maxTokens: number;
    timeoutMs: number;
    risk: 'low' | 'medium' | 'high';
    network: boolean;
    models: (string)[];
    rate?: {
      limit: number;
      perMs: number;
    } | undefined;
    claims?: true | undefined;
  };
  ActionBody: {
    name?: string | undefined;
    version?: string | undefined;
    description?: string | undefined;
    input?: Record<string, Json> | undefined;
    output?: Record<string, Json> | undefined;
    effect?: 'pure' | 'keyed' | 'once' | undefined;
    maxCostUsd?: number | null | undefined;
    maxTokens?: number | undefined;
    timeoutMs?: number | undefined;
    risk?: 'low' | 'medium' | 'high' | undefined;
    network?: boolean | undefined;
    models?: (string)[] | undefined;
    rate?: {
      limit: number;
      perMs: number;
    } | undefined;
    claims?: true | undefined;
  };
  CreateKey: {
    name: string;
    roles: ('viewer' | 'operator' | 'approver' | 'admin')[];
    tenant?: string | undefined;
    expiresInMs?: number | undefined;
  };
  CreatedKey: {
    id: string;
    name: string;
    tenant: string;
    roles: ('viewer' | 'operator' | 'approver' | 'admin')[];
    createdAt: string;
    createdBy: string;
    expiresAt: string | null;
    revokedAt: string | null;
    lastUsedAt: string | null;
    key: string;
  };
  KeyList: {
    items: (Schemas['KeyView'])[];
    nextCursor: string | null;
  };
  KeyView: {
    id: string;
    name: string;
    tenant: string;
    roles: ('viewer' | 'operator' | 'approver' | 'admin')[];
    createdAt: string;
    createdBy: string;
    expiresAt: string | null;
    revokedAt: string | null;
    lastUsedAt: string | null;
  };
  Health: {
    status: 'ok';
    info: Record<string, {
      status: string;
    } & Record<string, Json>>;
    error: Record<string, {
      status: string;
    } & Record<string, Json>>;
    details: Record<string, {
      status: string;
    } & Record<string, Json>>;
  };
  Problem: {
    type: string;
    title: string;
    status: number;
    code: string;
    detail: string;
    instance?: string | undefined;
    errors?: (Schemas['Fault'])[] | undefined;
    state?: 'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED' | undefined;
    allowed?: ('PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED')[] | undefined;
    task?: {
      state: 'waiting' | 'ready' | 'held' | 'deferred' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'skipped';
      allowed: ('skip' | 'complete' | 'retry')[];
    } | undefined;
  };
  Fault: {
    pointer: string;
    code: string;
    detail: string;
  };
}

/** By operation: what is asked with (parameters and body), and what a good answer is. */
export interface Operations {
  getDirectivesStats: {
    ask: {};
    answer: Schemas['DirectivesStats'];
  };
  getDirectiveStats: {
    ask: {
      id: string;
    };
    answer: Schemas['DirectiveStats'];
  };
  submitDirective: {
    ask: {
      'Idempotency-Key'?: string | undefined;
      traceparent?: string | undefined;
      body: Schemas['SubmitDirective'];
    };
    answer: Schemas['SubmitAccepted'];
  };
  listDirectives: {
    ask: {
      limit?: number | undefined;
      cursor?: string | undefined;
      state?: 'PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED' | ('PENDING' | 'QUEUED' | 'RUNNING' | 'PAUSED' | 'DEGRADED' | 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ORPHANED')[] | undefined;
      label?: string | (string)[] | undefined;
      createdAfter?: string | undefined;
      createdBefore?: string | undefined;
      ref?: string | undefined;
    };
    answer: Schemas['DirectiveList'];
  };
  getDirective: {
    ask: {
      id: string;
      'If-None-Match'?: string | undefined;
    };
    answer: Schemas['Directive'];
  };
  deleteDirective: {
    ask: {
      id: string;
      'If-Match'?: string | undefined;
    };
    answer: undefined;
  };
  getPlan: {
    ask: {
      id: string;
      limit?: number | undefined;
      cursor?: string | undefined;
      'If-None-Match'?: string | undefined;
    };
    answer: Schemas['Plan'];
  };
  listEvents: {
    ask: {
      id: string;
      limit?: number | undefined;
      after?: number | undefined;
    };
    answer: Schemas['EventList'];
  };
  getOutput: {
    ask: {
      id: string;
    };
    answer: Schemas['Output'];
  };
  startDirective: {
    ask: {
      id: string;
      'If-Match'?: string | undefined;
    };
    answer: Schemas['Directive'];
  };
  pauseDirective: {
    ask: {
      id: string;
      'If-Match'?: string | undefined;
    };
    answer: Schemas['Directive'];
  };
  resumeDirective: {
    ask: {
      id: string;
      'If-Match'?: string | undefined;
    };
    answer: Schemas['Directive'];
  };
  cancelDirective: {
    ask: {
      id: string;
      'If-Match'?: string | undefined;
    };
    answer: Schemas['Directive'];
  };
  completeDirective: {
    ask: {
      id: string;
      'If-Match'?: string | undefined;
      body?: Schemas['EndDirective'];
    };
    answer: Schemas['Directive'];
  };
  failDirective: {
    ask: {
      id: string;
      'If-Match'?: string | undefined;
      body?: Schemas['EndDirective'];
    };
    answer: Schemas['Directive'];
  };
  stopDirective: {
    ask: {
      id: string;
      'If-Match'?: string | undefined;
      body?: Schemas['EndDirective'];
    };
    answer: Schemas['Directive'];
  };
  retryDirective: {
    ask: {
      id: string;
      'Idempotency-Key'?: string | undefined;
      traceparent?: string | undefined;
      body?: Schemas['RetryDirective'];
    };
    answer: Schemas['RetryPlan'] | Schemas['SubmitAccepted'];
  };
  createCheckpoint: {
    ask: {
      id: string;
      body?: Schemas['CreateCheckpoint'];
    };
    answer: Schemas['Checkpoint'];
  };
  listCheckpoints: {
    ask: {
      id: string;
      limit?: number | undefined;
      cursor?: string | undefined;
    };
    answer: Schemas['CheckpointList'];
  };
  getCheckpoint: {
    ask: {
      id: string;
      number: string;
    };
    answer: Schemas['Checkpoint'];
  };
  listChildren: {
    ask: {
      id: string;
      limit?: number | undefined;
      cursor?: string | undefined;
    };
    answer: Schemas['DirectiveList'];
  };
  getTask: {
    ask: {
      id: string;
      taskId: string;
      'If-None-Match'?: string | undefined;
    };
    answer: Schemas['TaskDetail'];
  };
  listTaskLogs: {
    ask: {
      id: string;
      taskId: string;
    };
    answer: Schemas['LogList'];
  };
  listTasks: {
    ask: {
      id: string;
      limit?: number | undefined;
      cursor?: string | undefined;
      state?: 'waiting' | 'ready' | 'held' | 'deferred' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'skipped' | ('waiting' | 'ready' | 'held' | 'deferred' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'skipped')[] | undefined;
    };
    answer: Schemas['TaskList'];
  };
  listDependencies: {
    ask: {
      id: string;
      taskId: string;
    };
    answer: Schemas['DependencyList'];
  };
  explainTask: {
    ask: {
      id: string;
      taskId: string;
    };
    answer: Schemas['TaskWait'];
  };
  retryTask: {
    ask: {
      id: string;
      taskId: string;
      'If-Match'?: string | undefined;
      body?: Schemas['OrderTask'];
    };
    answer: Schemas['TaskDetail'];
  };
  skipTask: {
    ask: {
      id: string;
      taskId: string;
      'If-Match'?: string | undefined;
      body?: Schemas['OrderTask'];
    };
    answer: Schemas['TaskDetail'];
  };
  completeTask: {
    ask: {
      id: string;
      taskId: string;
      'If-Match'?: string | undefined;
      body: Schemas['CompleteTask'];
    };
    answer: Schemas['TaskDetail'];
  };
  planDirective: {
    ask: {
      body: Schemas['SubmitDirective'];
    };
    answer: Schemas['DryPlan'];
  };
  executeDirective: {
    ask: {
      planHash?: string | undefined;
      'Idempotency-Key'?: string | undefined;
      traceparent?: string | undefined;
      body: Schemas['SubmitDirective'];
    };
    answer: Schemas['SubmitAccepted'];
  };
  getOrchestratorState: {
    ask: {};
    answer: Schemas['OrchestratorState'];
  };
  listQueues: {
    ask: {};
    answer: Schemas['QueueList'];
  };
  listWorkers: {
    ask: {};
    answer: Schemas['WorkerList'];
  };
  listHolds: {
    ask: {
      limit?: number | undefined;
      cursor?: string | undefined;
    };
    answer: Schemas['HoldList'];
  };
  getHold: {
    ask: {
      id: string;
    };
    answer: Schemas['Hold'];
  };
  approveHold: {
    ask: {
      id: string;
      body: Schemas['ApproveHold'];
    };
    answer: Schemas['Hold'];
  };
  denyHold: {
    ask: {
      id: string;
      body: Schemas['DenyHold'];
    };
    answer: Schemas['Hold'];
  };
  resolveHold: {
    ask: {
      id: string;
      body: Schemas['ResolveHold'];
    };
    answer: undefined;
  };
  listGrants: {
    ask: {
      directive?: string | undefined;
    };
    answer: Schemas['GrantList'];
  };
  revokeGrant: {
    ask: {
      action: string;
      directive?: string | undefined;
    };
    answer: undefined;
  };
  getBudget: {
    ask: {
      id: string;
    };
    answer: Schemas['BudgetLedger'];
  };
  raiseBudget: {
    ask: {
      id: string;
      body: Schemas['RaiseBudget'];
    };
    answer: Schemas['BudgetLedger'];
  };
  streamDirectiveEvents: {
    ask: {
      id: string;
      after?: string | undefined;
      'Last-Event-ID'?: string | undefined;
    };
    answer: string | undefined;
  };
  streamEvents: {
    ask: {
      after?: string | undefined;
      type?: string | undefined;
      'Last-Event-ID'?: string | undefined;
    };
    answer: string;
  };
  createWebhook: {
    ask: {
      body: Schemas['CreateWebhook'];
    };
    answer: Schemas['WebhookCreated'];
  };
  listWebhooks: {
    ask: {};
    answer: Schemas['WebhookList'];
  };
  getWebhook: {
    ask: {
      id: string;
    };
    answer: Schemas['Webhook'];
  };
  deleteWebhook: {
    ask: {
      id: string;
    };
    answer: undefined;
  };
  listDeliveries: {
    ask: {
      id: string;
    };
    answer: Schemas['DeliveryList'];
  };
  resendDelivery: {
    ask: {
      id: string;
      deliveryId: string;
    };
    answer: Schemas['DeliveryFiled'];
  };
  listActions: {
    ask: {};
    answer: Schemas['ActionList'];
  };
  publishAction: {
    ask: {
      name: string;
      body: Schemas['ActionBody'];
    };
    answer: Schemas['ActionRecord'];
  };
  getArtifact: {
    ask: {
      id: string;
    };
    answer: string;
  };
  createKey: {
    ask: {
      body: Schemas['CreateKey'];
    };
    answer: Schemas['CreatedKey'];
  };
  listKeys: {
    ask: {
      limit?: number | undefined;
      cursor?: string | undefined;
      tenant?: string | undefined;
    };
    answer: Schemas['KeyList'];
  };
  revokeKey: {
    ask: {
      id: string;
    };
    answer: undefined;
  };
  getLiveness: {
    ask: {};
    answer: Schemas['Health'];
  };
  getReadiness: {
    ask: {};
    answer: Schemas['Health'];
  };
  getMetrics: {
    ask: {};
    answer: string;
  };
}

/** By operation: where its parameters go. */
export const operations = {
  getDirectivesStats: { method: 'GET', path: '/api/v1/directives/stats', query: [], headers: [] },
  getDirectiveStats: { method: 'GET', path: '/api/v1/directives/{id}/stats', query: [], headers: [] },
  submitDirective: { method: 'POST', path: '/api/v1/directives', query: [], headers: ['Idempotency-Key', 'traceparent'] },
  listDirectives: { method: 'GET', path: '/api/v1/directives', query: ['limit', 'cursor', 'state', 'label', 'createdAfter', 'createdBefore', 'ref'], headers: [] },
  getDirective: { method: 'GET', path: '/api/v1/directives/{id}', query: [], headers: ['If-None-Match'] },
  deleteDirective: { method: 'DELETE', path: '/api/v1/directives/{id}', query: [], headers: ['If-Match'] },
  getPlan: { method: 'GET', path: '/api/v1/directives/{id}/plan', query: ['limit', 'cursor'], headers: ['If-None-Match'] },
  listEvents: { method: 'GET', path: '/api/v1/directives/{id}/events', query: ['limit', 'after'], headers: [] },
  getOutput: { method: 'GET', path: '/api/v1/directives/{id}/output', query: [], headers: [] },
  startDirective: { method: 'POST', path: '/api/v1/directives/{id}/start', query: [], headers: ['If-Match'] },
  pauseDirective: { method: 'POST', path: '/api/v1/directives/{id}/pause', query: [], headers: ['If-Match'] },
  resumeDirective: { method: 'POST', path: '/api/v1/directives/{id}/resume', query: [], headers: ['If-Match'] },
  cancelDirective: { method: 'POST', path: '/api/v1/directives/{id}/cancel', query: [], headers: ['If-Match'] },
  completeDirective: { method: 'POST', path: '/api/v1/directives/{id}/complete', query: [], headers: ['If-Match'] },
  failDirective: { method: 'POST', path: '/api/v1/directives/{id}/fail', query: [], headers: ['If-Match'] },
  stopDirective: { method: 'POST', path: '/api/v1/directives/{id}/stop', query: [], headers: ['If-Match'] },
  retryDirective: { method: 'POST', path: '/api/v1/directives/{id}/retry', query: [], headers: ['Idempotency-Key', 'traceparent'] },
  createCheckpoint: { method: 'POST', path: '/api/v1/directives/{id}/checkpoints', query: [], headers: [] },
  listCheckpoints: { method: 'GET', path: '/api/v1/directives/{id}/checkpoints', query: ['limit', 'cursor'], headers: [] },
  getCheckpoint: { method: 'GET', path: '/api/v1/directives/{id}/checkpoints/{number}', query: [], headers: [] },
  listChildren: { method: 'GET', path: '/api/v1/directives/{id}/children', query: ['limit', 'cursor'], headers: [] },
  getTask: { method: 'GET', path: '/api/v1/directives/{id}/tasks/{taskId}', query: [], headers: ['If-None-Match'] },
  listTaskLogs: { method: 'GET', path: '/api/v1/directives/{id}/tasks/{taskId}/logs', query: [], headers: [] },
  listTasks: { method: 'GET', path: '/api/v1/directives/{id}/tasks', query: ['limit', 'cursor', 'state'], headers: [] },
  listDependencies: { method: 'GET', path: '/api/v1/directives/{id}/tasks/{taskId}/dependencies', query: [], headers: [] },
  explainTask: { method: 'GET', path: '/api/v1/directives/{id}/tasks/{taskId}/why', query: [], headers: [] },
  retryTask: { method: 'POST', path: '/api/v1/directives/{id}/tasks/{taskId}/retry', query: [], headers: ['If-Match'] },
  skipTask: { method: 'POST', path: '/api/v1/directives/{id}/tasks/{taskId}/skip', query: [], headers: ['If-Match'] },
  completeTask: { method: 'POST', path: '/api/v1/directives/{id}/tasks/{taskId}/complete-with', query: [], headers: ['If-Match'] },
  planDirective: { method: 'POST', path: '/api/v1/orchestrator/plan', query: [], headers: [] },
  executeDirective: { method: 'POST', path: '/api/v1/orchestrator/execute', query: ['planHash'], headers: ['Idempotency-Key', 'traceparent'] },
  getOrchestratorState: { method: 'GET', path: '/api/v1/orchestrator/state', query: [], headers: [] },
  listQueues: { method: 'GET', path: '/api/v1/queues', query: [], headers: [] },
  listWorkers: { method: 'GET', path: '/api/v1/workers', query: [], headers: [] },
  listHolds: { method: 'GET', path: '/api/v1/approvals', query: ['limit', 'cursor'], headers: [] },
  getHold: { method: 'GET', path: '/api/v1/approvals/{id}', query: [], headers: [] },
  approveHold: { method: 'POST', path: '/api/v1/approvals/{id}/approve', query: [], headers: [] },
  denyHold: { method: 'POST', path: '/api/v1/approvals/{id}/deny', query: [], headers: [] },
  resolveHold: { method: 'POST', path: '/api/v1/approvals/{id}/resolve', query: [], headers: [] },
  listGrants: { method: 'GET', path: '/api/v1/grants', query: ['directive'], headers: [] },
  revokeGrant: { method: 'DELETE', path: '/api/v1/grants/{action}', query: ['directive'], headers: [] },
  getBudget: { method: 'GET', path: '/api/v1/directives/{id}/budget', query: [], headers: [] },
  raiseBudget: { method: 'POST', path: '/api/v1/directives/{id}/budget', query: [], headers: [] },
  streamDirectiveEvents: { method: 'GET', path: '/api/v1/directives/{id}/events/stream', query: ['after'], headers: ['Last-Event-ID'] },
  streamEvents: { method: 'GET', path: '/api/v1/events/stream', query: ['after', 'type'], headers: ['Last-Event-ID'] },
  createWebhook: { method: 'POST', path: '/api/v1/webhooks', query: [], headers: [] },
  listWebhooks: { method: 'GET', path: '/api/v1/webhooks', query: [], headers: [] },
  getWebhook: { method: 'GET', path: '/api/v1/webhooks/{id}', query: [], headers: [] },
  deleteWebhook: { method: 'DELETE', path: '/api/v1/webhooks/{id}', query: [], headers: [] },
  listDeliveries: { method: 'GET', path: '/api/v1/webhooks/{id}/deliveries', query: [], headers: [] },
  resendDelivery: { method: 'POST', path: '/api/v1/webhooks/{id}/deliveries/{deliveryId}/resend', query: [], headers: [] },
  listActions: { method: 'GET', path: '/api/v1/actions', query: [], headers: [] },
  publishAction: { method: 'PUT', path: '/api/v1/actions/{name}', query: [], headers: [] },
  getArtifact: { method: 'GET', path: '/api/v1/artifacts/{id}', query: [], headers: [] },
  createKey: { method: 'POST', path: '/api/v1/keys', query: [], headers: [] },
  listKeys: { method: 'GET', path: '/api/v1/keys', query: ['limit', 'cursor', 'tenant'], headers: [] },
  revokeKey: { method: 'DELETE', path: '/api/v1/keys/{id}', query: [], headers: [] },
  getLiveness: { method: 'GET', path: '/api/v1/health/live', query: [], headers: [] },
  getReadiness: { method: 'GET', path: '/api/v1/health/ready', query: [], headers: [] },
  getMetrics: { method: 'GET', path: '/metrics', query: [], headers: [] },
} as const;
