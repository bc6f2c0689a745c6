import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { z } from 'zod';
import { CocError } from '#libs/contracts';
import { ExecutorBeats, ProgressProbe } from '#libs/state';
import { EventLoopWatch } from '#libs/telemetry';
import { Allows } from './access.js';
import { Problems } from './answers.js';
import { ServedShards } from './served-shards.js';
import { StoreProbe } from './store-probe.js';

const Indicators = z.record(z.string(), z.looseObject({ status: z.string() }));
const Health = z
  .object({ status: z.literal('ok'), info: Indicators, error: Indicators, details: Indicators })
  .meta({ id: 'Health' });
/** Terminus describes its own answer to a failure; ours is a problem. */
const quiet = { noCache: true, swaggerDocumentation: false };

@ApiTags('health')
@Controller('api/v1/health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ProgressProbe) private readonly probe: ProgressProbe,
    @Inject(ExecutorBeats) private readonly beats: ExecutorBeats,
    @Inject(EventLoopWatch) private readonly eventLoop: EventLoopWatch,
    @Inject(ServedShards) private readonly shards: ServedShards,
    @Inject(StoreProbe) private readonly storeProbe: StoreProbe,
  ) {}

  @Allows('anyone')
  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers, and without long delays' })
  @HealthCheck(quiet)
  @ApiOkResponse({ standardSchema: Health })
  @Problems()
  async live(): Promise<HealthCheckResult> {
    const { ok, detail } = this.eventLoop.look();
    if (!ok) throw new CocError('UNAVAILABLE', `not live: ${detail}`);
    return this.health.check([() => this.indicators.check('eventLoop').up({ detail })]);
  }

  @Allows('anyone')
  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary:
      'Whether work gets done: a write that is read back, not an open port; and, under details, whether artifacts are kept',
  })
  @HealthCheck(quiet)
  @ApiOkResponse({ standardSchema: Health })
  @Problems()
  async ready(): Promise<HealthCheckResult> {
    const { ok, detail } = await this.probe.check();
    if (!ok) throw new CocError('UNAVAILABLE', `not ready: ${detail}`);
    const [executors, store] = await Promise.all([this.executors(), this.storeProbe.check()]);
    const ready = await this.health.check([
      () => this.indicators.check('redis').up({ detail }),
      () => this.indicators.check('executors').up(executors),
    ]);
    const artifacts = { status: store.ok ? ('up' as const) : ('down' as const), detail: store.detail };
    return { ...ready, details: { ...ready.details, artifacts } };
  }

  /** A warning, no refusal: what is accepted meanwhile is kept, and reads, answers and cancels must go on. */
  private async executors(): Promise<{ detail: string; missing: number[] }> {
    const missing = await this.beats.missing(this.shards.count);
    if (missing.length === 0) return { detail: 'at work on every shard', missing };
    const named = missing.slice(0, 20);
    return { detail: `none at work on shard ${named.join(', ')}: directives are accepted and wait`, missing: named };
  }
}
