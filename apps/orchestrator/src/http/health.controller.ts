import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { CocError } from '#libs/contracts';
import { Problems } from './answers.js';
import { ProgressProbe } from './progress-probe.js';

@ApiTags('health')
@Controller('api/v1/health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ProgressProbe) private readonly probe: ProgressProbe,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers' })
  @HealthCheck()
  async live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether work gets done: a write that is read back, not an open port' })
  @HealthCheck()
  @Problems(503)
  async ready(): Promise<HealthCheckResult> {
    const { ok, detail } = await this.probe.check();
    if (!ok) throw new CocError('UNAVAILABLE', `not ready: ${detail}`);
    return this.health.check([() => this.indicators.check('redis').up({ detail })]);
  }
}
