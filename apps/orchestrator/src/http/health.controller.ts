import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { z } from 'zod';
import { CocError } from '#libs/contracts';
import { Problems } from './answers.js';
import { ProgressProbe } from './progress-probe.js';
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
    @Inject(StoreProbe) private readonly storeProbe: StoreProbe,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers' })
  @HealthCheck(quiet)
  @ApiOkResponse({ standardSchema: Health })
  @Problems()
  async live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @ApiOperation({
    summary:
      'Whether work gets done: a write that is read back, not an open port; and, under details, whether artifacts are kept',
  })
  @HealthCheck(quiet)
  @ApiOkResponse({ standardSchema: Health })
  @Problems()
  async ready(): Promise<HealthCheckResult> {
    const { ok, detail } = await this.probe.check();
    if (!ok) throw new CocError('UNAVAILABLE', `not ready: ${detail}`);
    const store = await this.storeProbe.check();
    const ready = await this.health.check([() => this.indicators.check('redis').up({ detail })]);
    const artifacts = { status: store.ok ? ('up' as const) : ('down' as const), detail: store.detail };
    return { ...ready, details: { ...ready.details, artifacts } };
  }
}
